import { createReadStream } from "node:fs";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { splitJsonValues } from "./split-json-values.ts";
import { splitLines } from "./split-lines.ts";

/** Node's default of 64 KiB costs as much as looking for the line ends. */
const readAtOnceBytes = 1_048_576;

/**
 * Reads the events of a file as raw bytes, one at a time, whatever the size of the file.
 *
 * `.json` holds one object, an array, or values one after another; every other name holds one
 * event a line. `.gz` at the end is unpacked, also when it has several members. `-` is standard
 * input, one event a line. `line` counts from 1 in the unpacked text.
 *
 * An event over `maxEventBytes` comes cut to one byte more than that: too large to publish, and
 * never held whole. `onRead` hears the bytes taken from the file itself (still packed).
 *
 * @throws {Error} when the file cannot be read or unpacked, after the events before the fault.
 */
export async function* readEvents(
  path: string,
  onRead?: (bytes: number) => void,
): AsyncGenerator<{ line: number; bytes: Buffer }> {
  const unpacked = path.endsWith(".gz") ? path.slice(0, -".gz".length) : path;
  const split = unpacked.endsWith(".json") ? splitJsonValues : splitLines;
  const source: Readable =
    path === "-" ? process.stdin : createReadStream(path, { highWaterMark: readAtOnceBytes });
  const bytes = countBytes(source, onRead);
  try {
    yield* split(unpacked === path ? bytes : gunzip(bytes));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot read ${path}: ${reason}`, { cause: error });
  }
}

async function* countBytes(
  source: Readable,
  onRead: ((bytes: number) => void) | undefined,
): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
    onRead?.(bytes.length);
    yield bytes;
  }
}

function gunzip(packed: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  // The iteration of the last stream reports the failure of any; the callback has nothing to add.
  return pipeline(packed, createGunzip(), () => {});
}
