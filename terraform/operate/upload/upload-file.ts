import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { Bucket } from "@google-cloud/storage";
import { showBar } from "../cli/show-bar.ts";
import type { Transfer } from "./plan-transfers.ts";

/** Up to here in one request; above, resumable in pieces of this size, which are kept for a retry. */
const pieceBytes = 8_388_608;
const cancelTimeoutMs = 3_000;
const sessionCancelled = 499;

/** An object as Cloud Storage has it now. */
export type Uploaded = {
  file: string;
  object: string;
  bytes: number;
  generation: string;
  crc32c: string;
  seconds: number;
};

/** The whole file had been sent when the connection was cut: whether it counts is not known. */
export class UnknownOutcomeError extends Error {}

/**
 * Uploads a file, with a bar on a terminal. When `signal` aborts, no partial object is left.
 * @throws {UnknownOutcomeError} when it was aborted too late to tell.
 */
export async function uploadFile(
  bucket: Bucket,
  { file: given, path, object, size }: Transfer,
  signal: AbortSignal,
): Promise<Uploaded> {
  const started = performance.now();
  const file = bucket.file(object);
  const resumable = size > pieceBytes;
  const destination = file.createWriteStream({
    resumable,
    ...(resumable && { chunkSize: pieceBytes }),
  });
  let session: string | undefined;
  destination.on("uri", (uri: string) => {
    session = uri;
  });
  const source = (await open(path)).createReadStream({ highWaterMark: 262_144 });
  const bar = showBar(
    `${object} [{bar}] {percentage}% | {value}/{total} bytes | {eta_formatted}`,
    size,
  );
  destination.on("progress", ({ bytesWritten }: { bytesWritten: number }) => {
    bar?.update(bytesWritten);
  });
  try {
    await pipeline(source, destination, { signal });
  } catch (error) {
    const isCancelled = session !== undefined && (await cancelSession(session));
    if (signal.aborted && !isCancelled && source.readableEnded) {
      throw new UnknownOutcomeError(`${object} may have arrived all the same`, { cause: error });
    }
    throw error;
  } finally {
    bar?.stop();
  }
  const { generation, crc32c } = file.metadata;
  return {
    file: given,
    object,
    bytes: size,
    generation: String(generation),
    crc32c: String(crc32c),
    seconds: Math.round(performance.now() - started) / 1000,
  };
}

/** Whoever knows a session's url may cancel it; true when it is. */
async function cancelSession(session: string): Promise<boolean> {
  try {
    const answer = await fetch(session, {
      method: "DELETE",
      headers: { "content-length": "0" },
      signal: AbortSignal.timeout(cancelTimeoutMs),
    });
    return answer.status === sessionCancelled;
  } catch {
    return false;
  }
}
