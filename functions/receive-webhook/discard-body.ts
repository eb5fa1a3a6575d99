import type { Readable } from "node:stream";

/** Enough for an honest sender to finish and then read why it was refused. */
const patience = { bytes: 10_000_000, ms: 10_000 };

/**
 * Reads what is left of a refused body, keeps none of it, and then calls `done`. A connection that
 * is cut while its sender still writes would lose the answer; a sender that goes on and on is cut
 * off nevertheless.
 */
export function discardBody(request: Readable, done: () => void): void {
  if (request.readableEnded || request.destroyed) {
    done();
    return;
  }
  let bytes = 0;
  const timer = setTimeout(() => request.destroy(), patience.ms);
  request.on("error", () => {});
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > patience.bytes) request.destroy();
  });
  const finish = () => {
    clearTimeout(timer);
    request.off("end", finish).off("close", finish);
    done();
  };
  request.on("end", finish).on("close", finish);
  request.resume();
}
