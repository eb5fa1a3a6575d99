import { openCursor } from "./keep-cursor.ts";

/** One event of a live source, as it came, and where the source goes on from it. */
export type LiveEvent = {
  bytes: Uint8Array;
  /** Position behind the event; undefined for one that has none. */
  cursor: number | undefined;
  /** When it happened, ms since 1970, as far as the source tells. */
  at: number | undefined;
};

/** A source that goes on for ever, from the cursor that it is given. */
export type LiveSource = {
  topic: string;
  attributes: Record<string, string>;
  /** Names it, and whatever makes the cursors of one server mean nothing to another. */
  name: string;
  /** `cursor` is where to go on, asked before each connection: undefined is from now. */
  events: (
    cursor: () => number | undefined,
    context: { signal: AbortSignal; note: (line: string) => void },
  ) => AsyncGenerator<LiveEvent>;
};

/**
 * A live source as it is published: its events, from where the last run stopped if `path` is the file
 * that keeps it, what hears how far they are published, and how far behind they are, in seconds.
 */
export async function publishable(
  source: LiveSource,
  { signal, path }: { signal: AbortSignal; path?: string | undefined },
) {
  const cursor = await openCursor(path, source.name);
  let lastAt: number | undefined;
  async function* events(note: (line: string) => void): AsyncGenerator<Uint8Array> {
    for await (const event of source.events(cursor.current, { signal, note })) {
      cursor.add(event);
      lastAt = event.at ?? lastAt;
      yield event.bytes;
    }
  }
  return {
    events: (note: (line: string) => void) => events((line) => note(`${source.name}: ${line}`)),
    onSettled: cursor.acknowledge,
    lag: () => (lastAt === undefined ? undefined : Math.max(0, (Date.now() - lastAt) / 1_000)),
    close: cursor.close,
  };
}
