import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import * as z from "zod";
import type { LiveEvent } from "./live-source.ts";

const kept = z.object({ source: z.string(), cursor: z.number() });

/** At most so often (ms): a crash repeats what was published since, and repeats are counted once. */
const saveMs = 1_000;

/** Greater cursors are times, smaller ones numbers: a server may come to give the others. */
const leastTime = 1e15;

/**
 * Keeps on disk how far the events of a source are published. A cursor is that of an event before
 * which everything is acknowledged; when the source goes back, it does not.
 * Without a path it is kept for as long as the process runs.
 * @throws {Error} when the file is there and cannot be read.
 */
export async function openCursor(path: string | undefined, source: string) {
  let cursor = path === undefined ? undefined : await readCursor(path, source);
  /** Of the events on their way, in order. */
  const pending: (number | undefined)[] = [];
  let done = 0;
  let saved = cursor;
  let savedAt = 0;
  let saving: Promise<void> | undefined;
  let failure: unknown;

  const save = async () => {
    if (path === undefined || cursor === undefined || cursor === saved) return;
    saved = cursor;
    savedAt = performance.now();
    await mkdir(dirname(path), { recursive: true });
    // Renamed, so that a crash leaves the old one or the new one, never half of it.
    await writeFile(`${path}.new`, `${JSON.stringify({ source, cursor })}\n`);
    await rename(`${path}.new`, path);
  };

  return {
    current: () => cursor,
    add: (event: LiveEvent) => void pending.push(event.cursor),
    /** The first `events` of all that were added are acknowledged. */
    acknowledge: (events: number) => {
      for (const one of pending.splice(0, events - done)) {
        if (one !== undefined && isAfter(one, cursor)) cursor = one;
      }
      done = events;
      if (saving === undefined && performance.now() - savedAt >= saveMs) {
        saving = save()
          .catch((error: unknown) => {
            failure = error;
          })
          .finally(() => {
            saving = undefined;
          });
      }
    },
    close: async () => {
      await saving;
      if (failure !== undefined) throw new Error(`${path} cannot be written`, { cause: failure });
      await save();
    },
  };
}

const isAfter = (one: number, cursor: number | undefined): boolean =>
  cursor === undefined || one > cursor || one < leastTime !== cursor < leastTime;

async function readCursor(path: string, source: string): Promise<number | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const read = kept.safeParse(JSON.parse(text));
  if (!read.success) throw new Error(`${path} is no cursor: remove it to go on from now`);
  return read.data.source === source ? read.data.cursor : undefined;
}
