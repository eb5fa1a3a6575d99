import { type FileHandle, open } from "node:fs/promises";
import type { ContentHash } from "./hash-content.ts";

/** What may wait for the disk while the next bytes are received and hashed. */
const waitingLimitBytes = 524_288;

/**
 * Streams bytes to the end of a content file. What arrives during a write is hashed and written
 * together afterwards; at most two such lots are held, whatever the size of the stream.
 *
 * @throws what the source or the disk throws; the bytes written until then stay
 */
export async function appendContent(
  path: string,
  source: AsyncIterable<Uint8Array>,
  hash: ContentHash,
): Promise<void> {
  const file = await open(path, "a", 0o600);
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let writing: Promise<void> | undefined;

  function writeWaiting(): Promise<void> {
    const lot = waiting;
    waiting = [];
    waitingBytes = 0;
    const written = writeWhole(file, lot).then(() => {
      writing = undefined;
    });
    // Awaited later; until then a refusal must not count as unhandled.
    written.catch(() => {});
    writing = written;
    return written;
  }

  try {
    for await (const bytes of source) {
      waiting.push(bytes);
      waitingBytes += bytes.length;
      if (waitingBytes >= waitingLimitBytes) {
        await writing;
      }
      if (writing === undefined) {
        void writeWaiting();
      }
      hash.update(bytes);
    }
  } finally {
    try {
      await writing;
      await writeWaiting();
    } finally {
      await file.close();
    }
  }
}

async function writeWhole(file: FileHandle, pieces: Uint8Array[]): Promise<void> {
  if (pieces.length === 0) return;
  const { bytesWritten } = await file.writev(pieces);
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (bytesWritten < size) {
    await file.appendFile(Buffer.concat(pieces).subarray(bytesWritten));
  }
}
