import { type CreatingBucket, createObject } from "./create-object.ts";
import { type Cursor, cursor } from "./cursor.ts";

/** A cursor and how many there were before it. */
type NumberedCursor = { number: number; cursor: Cursor };

export type CursorStore = {
  /** The last cursor of a source; number 0 with nothing in it when there is none. */
  read: (source: string) => Promise<NumberedCursor>;
  /** Writes the next cursor. False when another poller already has: then that one counts. */
  write: (source: string, next: NumberedCursor) => Promise<boolean>;
};

type File = { name: string; download: () => Promise<[Buffer]> };
/** What is needed of Google's client. */
export type CursorBucket = CreatingBucket & {
  getFiles: (query: {
    prefix: string;
    maxResults: number;
    autoPaginate: boolean;
  }) => Promise<readonly [readonly File[], ...unknown[]]>;
};

/** Names are sorted, and the last cursor is to be the first of them. */
const mostCursors = 999_999_999;
const width = String(mostCursors).length;

/**
 * Cursors in objects `cursors/<source>/<number>.json`. None is ever overwritten: of two pollers that
 * write the next one, the second is told that it exists.
 */
export function createCursorStore(bucket: CursorBucket): CursorStore {
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

    write: (source, next) =>
      createObject(
        bucket,
        nameOf(source, next.number),
        `${JSON.stringify(next.cursor)}\n`,
        "application/json",
      ),
  };
}
