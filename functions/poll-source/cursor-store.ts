import * as z from "zod";
import { type Cursor, cursor } from "./cursor.ts";

/** A cursor and how many there were before it. */
type NumberedCursor = { number: number; cursor: Cursor };

export type CursorStore = {
  /** The last cursor of a source; number 0 with nothing in it when there is none. */
  read: (source: string) => Promise<NumberedCursor>;
  /** Writes the next cursor. False when another poller already has: then that one counts. */
  write: (source: string, next: NumberedCursor) => Promise<boolean>;
};

type SaveOptions = {
  contentType: string;
  resumable: boolean;
  validation: boolean;
  preconditionOpts: { ifGenerationMatch: number };
};
type File = { name: string; download: () => Promise<[Buffer]> };
/** What is needed of Google's client. */
type Bucket = {
  getFiles: (query: {
    prefix: string;
    maxResults: number;
    autoPaginate: boolean;
  }) => Promise<readonly [readonly File[], ...unknown[]]>;
  file: (name: string) => { save: (json: string, options: SaveOptions) => Promise<unknown> };
};

/** Names are sorted, and the last cursor is to be the first of them. */
const mostCursors = 999_999_999;
const width = String(mostCursors).length;
const preconditionFailed = 412;
const httpError = z.object({ code: z.literal(preconditionFailed) });

/**
 * Cursors in objects `cursors/<source>/<number>.json`. None is ever overwritten: of two pollers that
 * write the next one, the second is told that it exists.
 */
export function createCursorStore(bucket: Bucket): CursorStore {
  const nameOf = (source: string, number: number) =>
    `cursors/${source}/${String(mostCursors - number).padStart(width, "0")}.json`;
  return {
    read: async (source) => {
      const query = { prefix: `cursors/${source}/`, maxResults: 1, autoPaginate: false };
      const [[last]] = await bucket.getFiles(query);
      if (last === undefined) return { number: 0, cursor: {} };
      const [bytes] = await last.download();
      const number = mostCursors - Number(/(\d+)\.json$/.exec(last.name)?.[1]);
      return { number, cursor: cursor.parse(JSON.parse(bytes.toString("utf8"))) };
    },

    write: async (source, next) => {
      try {
        await bucket.file(nameOf(source, next.number)).save(`${JSON.stringify(next.cursor)}\n`, {
          contentType: "application/json",
          resumable: false,
          // After a mismatch the client would delete what it wrote, which it may not.
          validation: false,
          preconditionOpts: { ifGenerationMatch: 0 },
        });
        return true;
      } catch (error) {
        if (httpError.safeParse(error).success) return false;
        throw error;
      }
    },
  };
}
