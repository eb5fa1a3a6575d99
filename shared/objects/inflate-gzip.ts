import { createGunzip, type Gunzip } from "node:zlib";
import * as z from "zod";
import { BrokenObjectError } from "./broken-object-error.ts";

/** Larger pieces mean fewer trips to the thread pool, at the cost of memory. */
const pieceBytes = 128 * 1024;

const signature = Buffer.of(0x1f, 0x8b);

/** Whether content begins as gzip does, of which two bytes are enough. */
export const isGzip = (head: Buffer): boolean =>
  head.subarray(0, signature.length).equals(signature);

const zlibError = z.object({ code: z.enum(["Z_BUF_ERROR", "Z_DATA_ERROR"]) });

/**
 * What a gzip file of any number of members holds, in order: every header, length and CRC is
 * checked, and zeros may follow the last member (RFC 1952, and how gzip(1) treats padded files).
 * Node's own gunzip stops silently at such zeros, whatever comes behind them.
 * @throws {BrokenObjectError} when the file is cut short, damaged, or followed by something else;
 * errors of the source pass through.
 */
export async function* inflateGzip(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: pieceBytes });
  // The loop below throws what it is told; a stream without a listener would end the process.
  gunzip.on("error", () => undefined);
  const feeding = feed(source, gunzip);
  feeding.catch((error: Error) => gunzip.destroy(error));
  try {
    for await (const piece of gunzip) yield piece;
    await feeding;
  } catch (error) {
    throw describe(error);
  } finally {
    gunzip.destroy();
    // Only then is the source closed as well.
    await feeding.catch(() => undefined);
  }
}

async function feed(source: AsyncIterable<Buffer>, gunzip: Gunzip): Promise<void> {
  let fed = 0;
  let lastNonZero = -1;
  for await (const chunk of source) {
    if (gunzip.destroyed) return;
    lastNonZero = Math.max(lastNonZero, fed + lastNonZeroOf(chunk));
    fed += chunk.length;
    if (!gunzip.readableEnded) await write(gunzip, chunk);
  }
  if (!gunzip.readableEnded && !gunzip.destroyed) await end(gunzip);
  if (gunzip.readableEnded && lastNonZero >= gunzip.bytesWritten) {
    throw new BrokenObjectError("corrupt-object", "something else follows the gzip content");
  }
}

/** Resolves when the chunk is taken, or will not be: the last member has ended, or nobody reads. */
function write(gunzip: Gunzip, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = settleOnce(gunzip, resolve, reject);
    gunzip.write(chunk, settle);
  });
}

/** Resolves when all that was written is read, or will not be because nobody reads. */
function end(gunzip: Gunzip): Promise<void> {
  return new Promise((resolve, reject) => {
    settleOnce(gunzip, resolve, reject);
    gunzip.end();
  });
}

function settleOnce(gunzip: Gunzip, resolve: () => void, reject: (error: Error) => void) {
  const settle = (error?: Error | null) => {
    gunzip.off("end", settle);
    gunzip.off("close", settle);
    if (error) reject(error);
    else resolve();
  };
  gunzip.once("end", settle);
  gunzip.once("close", settle);
  return settle;
}

/** Index of the last byte that is not zero, or less than any when there is none. */
function lastNonZeroOf(chunk: Buffer): number {
  let at = chunk.length - 1;
  while (at >= 0 && chunk[at] === 0) at--;
  return at === -1 ? Number.NEGATIVE_INFINITY : at;
}

function describe(error: unknown): unknown {
  const code = zlibError.safeParse(error).data?.code;
  if (code === "Z_BUF_ERROR") {
    return new BrokenObjectError("truncated-object", "the gzip content is cut short");
  }
  if (code === "Z_DATA_ERROR") {
    return new BrokenObjectError("corrupt-object", "the gzip content is damaged");
  }
  return error;
}
