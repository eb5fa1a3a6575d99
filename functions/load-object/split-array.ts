import { gatherRecord } from "./gather-record.ts";
import type { RawRecord, Splitter } from "./record.ts";

const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const lineFeed = 0x0a;

const isSpace = (byte: number): boolean =>
  byte === 0x20 || byte === lineFeed || byte === 0x0d || byte === 0x09;

/**
 * Cuts the elements out of a JSON array without parsing them: it follows strings, escapes and
 * nesting only. Nothing is left out silently: an empty element is a record, and so is everything
 * after the end of the array, or the lack of an end.
 */
export function splitArray(maxBytes: number): Splitter {
  const element = gatherRecord(maxBytes);
  let place: "before" | "inside" | "after" = "before";
  let index = 0;
  let line = 1;
  /** Line of the first byte of the element; 0 while only space was seen. */
  let startLine = 0;
  let depth = 0;
  let inString = false;
  let isEscaped = false;

  const record = (problem?: string): RawRecord => {
    const found = { index, line: startLine === 0 ? line : startLine };
    const one = { ...found, ...element.take(), ...(problem !== undefined && { problem }) };
    index += 1;
    startLine = 0;
    depth = 0;
    return one;
  };

  function* push(chunk: Buffer) {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (byte === lineFeed) line += 1;
      if (inString) {
        if (isEscaped) isEscaped = false;
        else if (byte === backslash) isEscaped = true;
        else if (byte === quote) inString = false;
        continue;
      }
      if (isSpace(byte)) {
        if (startLine === 0) start = at + 1;
        continue;
      }
      if (place === "before" && byte === openBracket) {
        place = "inside";
        start = at + 1;
        continue;
      }
      if (place === "inside" && depth === 0 && (byte === comma || byte === closeBracket)) {
        const isEmptyArray = byte === closeBracket && index === 0 && startLine === 0;
        if (start < at) element.add(chunk.subarray(start, at));
        start = at + 1;
        if (!isEmptyArray) yield record();
        if (byte === closeBracket) place = "after";
        continue;
      }
      if (startLine === 0) startLine = line;
      if (place !== "inside") continue;
      if (byte === quote) inString = true;
      else if (byte === openBracket || byte === openBrace) depth += 1;
      else if ((byte === closeBracket || byte === closeBrace) && depth > 0) depth -= 1;
    }
    if (startLine > 0 && start < chunk.length) element.add(chunk.subarray(start));
  }

  function* end() {
    if (place === "after") {
      if (element.length() > 0) yield record("something else follows the array");
      return;
    }
    if (element.length() > 0) yield record();
    yield record("the array is not closed");
  }

  return { push, end };
}
