import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import { ArchiveError } from "./archive-error.ts";
import { type ArchivedMessage, readArchive } from "./read-archive.ts";

/** Resolves when there is room for another message. */
type Send = (message: ArchivedMessage) => Promise<void>;

export type ReplayedObject = {
  messages: number;
  /** Of their data. */
  bytes: number;
  /** Why the rest of it cannot be read. */
  damage?: ArchiveError;
};

const attempts = 5;
const httpError = z.object({ code: z.number() });

/**
 * Sends the messages of one archived object that `isWanted` wants, in their order. A download that
 * breaks off goes on where it was, so that no message is sent twice; damage ends the object, and what
 * came before is sent. `open` opens its content once more; `signal` stops between blocks.
 */
export async function replayObject(
  open: () => AsyncIterable<Buffer>,
  isWanted: (message: ArchivedMessage) => boolean,
  send: Send,
  signal: AbortSignal,
  wait: (ms: number) => Promise<unknown> = delay,
): Promise<ReplayedObject> {
  const replayed: ReplayedObject = { messages: 0, bytes: 0 };
  let done = 0;
  for (let attempt = 1; ; attempt++) {
    let passed = 0;
    try {
      for await (const messages of readArchive(open())) {
        for (const message of messages.slice(Math.max(0, done - passed))) {
          if (signal.aborted) return replayed;
          done += 1;
          if (!isWanted(message)) continue;
          await send(message);
          replayed.messages += 1;
          replayed.bytes += message.data.length;
        }
        passed += messages.length;
      }
      return replayed;
    } catch (error) {
      if (error instanceof ArchiveError) return { ...replayed, damage: error };
      const code = httpError.safeParse(error).data?.code ?? 503;
      if (attempt === attempts || (code < 500 && code !== 429)) throw error;
      await wait(250 * 2 ** attempt);
    }
  }
}
