import { maxEventBytes } from "./event-limits.ts";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Splits bytes at line feeds, without decoding them.
 *
 * `line` counts from 1. The line end (LF or CRLF) is not part of the bytes; lines that hold
 * nothing but white space are skipped. Of a line longer than `maxEventBytes` only the first
 * `maxEventBytes + 1` bytes are kept, so that memory stays bounded and its excess stays visible.
 */
export async function* splitLines(
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<{ line: number; bytes: Buffer }> {
  let line = 1;
  let parts: Buffer[] = [];
  let kept = 0;

  const keep = (part: Buffer) => {
    const room = maxEventBytes + 1 - kept;
    if (part.length === 0 || room <= 0) return;
    const taken = part.length > room ? part.subarray(0, room) : part;
    parts.push(taken);
    kept += taken.length;
  };
  const takeLine = (): Buffer => {
    const [first] = parts;
    const joined = parts.length === 1 && first !== undefined ? first : Buffer.concat(parts, kept);
    parts = [];
    kept = 0;
    return joined.at(-1) === carriageReturn ? joined.subarray(0, -1) : joined;
  };

  for await (const chunk of chunks) {
    let start = 0;
    let end = chunk.indexOf(lineFeed);
    while (end !== -1) {
      keep(chunk.subarray(start, end));
      const bytes = takeLine();
      if (!isBlank(bytes)) yield { line, bytes };
      line += 1;
      start = end + 1;
      end = chunk.indexOf(lineFeed, start);
    }
    keep(chunk.subarray(start));
  }
  const last = takeLine();
  if (!isBlank(last)) yield { line, bytes: last };
}

function isBlank(bytes: Buffer): boolean {
  for (const byte of bytes) {
    if (byte !== 0x20 && byte !== 0x09 && byte !== carriageReturn) return false;
  }
  return true;
}
