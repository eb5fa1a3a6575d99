import { maxEventBytes } from "./event-limits.ts";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const tab = 0x09;
const space = 0x20;
const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Splits a JSON file into its values: the elements of an array, or the values that follow one
 * another. Nothing is decoded, checked or held except the value being read.
 *
 * `line` is the line (from 1) the value starts on. Line ends between the tokens of a value become
 * spaces, because events travel as newline-delimited JSON; all other bytes stay. What is not JSON
 * comes out as it is: judging it is the reader's work. Of a value longer than `maxEventBytes` only
 * the first `maxEventBytes + 1` bytes are kept.
 */
export async function* splitJsonValues(
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<{ line: number; bytes: Buffer }> {
  let line = 1;
  let startLine = 1;
  let depth = 0;
  let inValue = false;
  let inArray = false;
  let inString = false;
  let escaped = false;
  let parts: Buffer[] = [];
  let kept = 0;

  const keep = (part: Buffer) => {
    const room = maxEventBytes + 1 - kept;
    if (part.length === 0 || room <= 0) return;
    const taken = part.length > room ? part.subarray(0, room) : part;
    parts.push(taken);
    kept += taken.length;
  };
  const takeValue = () => {
    const bytes = trimEnd(Buffer.concat(parts, kept));
    parts = [];
    kept = 0;
    depth = 0;
    inValue = false;
    return { line: startLine, bytes };
  };

  for await (const chunk of skipByteOrderMark(chunks)) {
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (byte === lineFeed) line += 1;

      if (inString) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) {
          inString = false;
          if (depth === 0 && !inArray) {
            keep(chunk.subarray(from, at + 1));
            yield takeValue();
          }
        }
        continue;
      }

      if (inValue && depth === 0) {
        const ends = inArray
          ? byte === comma || byte === closeBracket
          : isWhitespace(byte) || byte === comma || opens(byte) || byte === quote;
        if (ends) {
          keep(chunk.subarray(from, at));
          yield takeValue();
        }
      }

      if (!inValue) {
        if (isWhitespace(byte) || byte === comma) continue;
        if (inArray && byte === closeBracket) {
          inArray = false;
          continue;
        }
        if (!inArray && byte === openBracket) {
          inArray = true;
          continue;
        }
        inValue = true;
        startLine = line;
        from = at;
      }

      if (byte === quote) inString = true;
      else if (opens(byte)) depth += 1;
      else if (depth > 0 && closes(byte)) {
        depth -= 1;
        if (depth === 0 && !inArray) {
          keep(chunk.subarray(from, at + 1));
          yield takeValue();
        }
      } else if (byte === lineFeed || byte === carriageReturn) chunk[at] = space;
    }
    if (inValue) keep(chunk.subarray(from));
  }
  if (inValue) yield takeValue();
}

async function* skipByteOrderMark(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let first = true;
  for await (const chunk of chunks) {
    const marked = first && chunk.subarray(0, 3).equals(byteOrderMark);
    first = false;
    yield marked ? chunk.subarray(3) : chunk;
  }
}

function isWhitespace(byte: number): boolean {
  return byte === space || byte === lineFeed || byte === carriageReturn || byte === tab;
}

function opens(byte: number): boolean {
  return byte === openBrace || byte === openBracket;
}

function closes(byte: number): boolean {
  return byte === closeBrace || byte === closeBracket;
}

function trimEnd(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && isWhitespace(bytes[end - 1] ?? 0)) end -= 1;
  return bytes.subarray(0, end);
}
