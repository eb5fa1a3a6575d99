import { isUtf8 } from "node:buffer";
import { jsonProblems } from "../../shared/codec/json-problems.ts";
import { scanJson } from "../../shared/codec/scan-json.ts";
import { createJsonFollower, opensValue } from "./follow-json.ts";
import { gatherRecord } from "./gather-record.ts";
import { onOneLine } from "./on-one-line.ts";
import type { JudgedRecord, RawRecord, RecordReader } from "./record.ts";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const tab = 0x09;
const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/**
 * Where in the content the next byte stands:
 * - `between` records,
 * - `value`: in one that is not closed yet; `closed`: behind it, where nothing else may follow,
 * - `line`: in a line that is no value, up to its end,
 * - `lost`: in a value that broke, up to where another one begins.
 */
type Place = "between" | "value" | "closed" | "line" | "lost";

/**
 * Reads JSON objects and arrays: one a line, spread over several lines, or one right after another;
 * or, with `isArray`, the elements of the array with which the content begins. Each is judged, and
 * none is parsed. Nothing is left out silently: what is no value is a record, and so are an empty
 * element, what follows the array on its line, and the lack of its end.
 *
 * What breaks takes nothing else with it: on its first line, a value ends with this line (in an
 * array, with the next comma); later, before the next line that begins like it did.
 */
export function readJson(maxBytes: number, { isArray }: { isArray: boolean }): RecordReader {
  const follower = createJsonFollower();
  /** What came in earlier chunks of the open record. */
  const gathered = gatherRecord(maxBytes);
  let place: Place = "between";
  let array: "before" | "inside" | "behind" | "none" = isArray ? "before" : "none";
  let index = 0;
  let line = 1;
  /** Space since the last line end; -1 once something else stands there. */
  let column = 0;

  // Of the open record:
  let startLine = 1;
  let startColumn = 0;
  let isIndented = false;
  let isObject = false;
  let closedLength = 0;
  let problem: string | undefined;
  let lostLevels = 0;
  let isLostInString = false;

  // Of the array: whether an element, or a comma, came last.
  let hasElement = false;
  let hasComma = false;

  let bytes: Buffer = Buffer.alloc(0);
  let at = 0;
  /** Where in `bytes` the open record begins, or goes on. */
  let start = 0;

  function* push(chunk: Buffer): Generator<JudgedRecord> {
    bytes = chunk;
    at = 0;
    start = 0;
    while (at < bytes.length) {
      if (place === "between") yield* readBetween();
      else if (place === "value") yield* readValue();
      else if (place === "closed") yield* readClosed();
      else if (place === "line") yield* readLine();
      else yield* readLost();
    }
    if (place !== "between") gathered.add(bytes.subarray(start));
  }

  function* readBetween(): Generator<JudgedRecord> {
    at = skipSpace();
    const byte = bytes[at];
    if (byte === undefined) return;
    if (array === "before") {
      array = "inside";
      pass();
    } else if (array === "inside" && (byte === comma || byte === closeBracket)) {
      begin("line");
      if (!hasElement && (byte === comma || hasComma)) yield finish(at);
      place = "between";
      hasElement = false;
      hasComma = byte === comma;
      if (byte === closeBracket) array = "behind";
      pass();
    } else if (array === "inside") begin("value");
    else if (array === "behind" && column === -1) {
      begin("line");
      problem = "something else follows the array";
    } else if (!opensValue(byte)) begin("line");
    else if (column === -1) begin("value");
    else yield* readWholeLine();
  }

  /** Most values are one line each, which need not be followed. */
  function* readWholeLine(): Generator<JudgedRecord> {
    const end = bytes.indexOf(lineFeed, at);
    if (end !== -1 && end - at <= maxBytes) {
      const json = withoutSpace(bytes.subarray(at, end));
      const judged = judgeJson({ index, line, bytes: json, length: json.length });
      if ("row" in judged) {
        index += 1;
        at = end;
        return yield judged;
      }
    }
    begin("value");
  }

  function* readValue(): Generator<JudgedRecord> {
    const from = at;
    const followed = follower.follow(bytes, at);
    at = follower.at();
    if (isIndented && follower.lines() > 0) {
      // It is part of a value that broke before, rather than one that begins here.
      at = bytes.indexOf(lineFeed, from);
      place = "line";
    } else if (followed === "closed") {
      closedLength = gathered.length() + at - start;
      line += follower.lines();
      place = "closed";
    } else if (followed === "broken") yield* readBroken();
  }

  function* readBroken(): Generator<JudgedRecord> {
    const next = follower.nextBeginning();
    const held = gathered.length();
    if (next !== undefined && held + at - start <= maxBytes) {
      if (next.bytes < held) {
        bytes = Buffer.concat([gathered.take().bytes, bytes.subarray(start)]);
        start = 0;
        at = next.bytes;
      } else at = start + next.bytes - held;
      yield finish(at);
      line += next.lines;
      column = startColumn;
    } else if (array !== "inside" && follower.lines() === 0) place = "line";
    else {
      line += follower.lines();
      lostLevels = follower.levels();
      isLostInString = follower.isInString();
      column = -1;
      place = "lost";
    }
  }

  function* readClosed(): Generator<JudgedRecord> {
    let isNextLine = false;
    let end = at;
    for (; end < bytes.length && isSpace(bytes[end]); end++) {
      isNextLine ||= bytes[end] === lineFeed;
      if (isNextLine) break;
    }
    const byte = bytes[end];
    at = end;
    if (byte === undefined) return;
    const isFollowed =
      array === "inside"
        ? byte === comma || byte === closeBracket || isNextLine
        : isNextLine || (isObject && (byte === comma || byte === openBrace));
    if (isFollowed) {
      yield finish(at, closedLength);
      hasElement = true;
      if (array !== "inside" && byte === comma) pass();
    } else if (array === "inside") {
      lostLevels = 0;
      isLostInString = false;
      column = -1;
      place = "lost";
    } else place = "line";
  }

  function* readLine(): Generator<JudgedRecord> {
    const end = bytes.indexOf(lineFeed, at);
    at = end === -1 ? bytes.length : end;
    if (end !== -1) yield finish(at);
  }

  /** Follows strings and nesting only, which may lead astray: the next line like the first ends it. */
  function* readLost(): Generator<JudgedRecord> {
    for (let isEscaped = false; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === lineFeed) {
        line += 1;
        column = 0;
        isLostInString = false;
      } else if (isLostInString) {
        if (isEscaped) isEscaped = false;
        else if (byte === backslash) isEscaped = true;
        else if (byte === quote) isLostInString = false;
      } else if (isSpace(byte)) {
        if (column >= 0) column += 1;
      } else {
        const isBeginning = column === startColumn && opensValue(byte);
        const isEnd = lostLevels <= 0 && (byte === comma || byte === closeBracket);
        if (isBeginning || (array === "inside" && isEnd)) {
          yield finish(at);
          hasElement = true;
          return;
        }
        column = -1;
        if (byte === quote) isLostInString = true;
        else if (opensValue(byte)) lostLevels += 1;
        else if (byte === closeBrace || byte === closeBracket) lostLevels -= 1;
      }
    }
  }

  function* end(): Generator<JudgedRecord> {
    while (place !== "between") {
      const isCut = place === "value" && follower.nextBeginning() !== undefined;
      if (isCut && gathered.length() <= maxBytes) {
        // The lines after the one that was cut off may still be good.
        const rest = gathered.take().bytes;
        bytes = rest;
        start = 0;
        at = rest.length;
        yield* readBroken();
        yield* push(bytes.subarray(at));
      } else {
        start = bytes.length;
        yield finish(bytes.length, place === "closed" ? closedLength : undefined);
      }
    }
    if (array === "before" || array === "inside") {
      begin("line");
      problem = "the array is not closed";
      yield finish(bytes.length);
    }
  }

  function begin(as: "value" | "line"): void {
    place = as;
    start = at;
    startLine = line;
    problem = undefined;
    const isTop = array !== "inside";
    // What follows another value on its line, as in `}{`, may go on below as if it began there.
    startColumn = column >= 0 ? column : isTop ? 0 : Number.NaN;
    isIndented = isTop && column > 0 && index > 0;
    isObject = bytes[at] === openBrace;
    if (as === "value") follower.begin(startColumn);
    column = -1;
  }

  /** The record that ends before `to`, or after `length` bytes. */
  function finish(to: number, length?: number): JudgedRecord {
    gathered.add(bytes.subarray(start, to));
    const whole = gathered.take();
    const isShort = whole.length === whole.bytes.length;
    const ending =
      length === undefined ? withoutSpace(whole.bytes) : whole.bytes.subarray(0, length);
    const taken = isShort ? { bytes: ending, length: ending.length } : whole;
    // On one line what broke stays one record wherever it is sent, and no part of it becomes one.
    const raw = {
      index,
      line: startLine,
      bytes: onOneLine(taken.bytes),
      length: taken.length,
      ...(problem !== undefined && { problem }),
    };
    index += 1;
    start = to;
    place = "between";
    return judgeJson(raw);
  }

  /** Over one byte that is no space. */
  function pass(): void {
    at += 1;
    column = -1;
  }

  function skipSpace(): number {
    let next = at;
    for (; next < bytes.length && isSpace(bytes[next]); next++) {
      if (bytes[next] === lineFeed) {
        line += 1;
        column = 0;
      } else if (column >= 0) column += 1;
    }
    return next;
  }

  return { push, end };
}

const isSpace = (byte: number | undefined): boolean =>
  byte === space || byte === lineFeed || byte === carriageReturn || byte === tab;

function judgeJson(raw: RawRecord): JudgedRecord {
  const { bytes, length, problem } = raw;
  if (length > bytes.length) {
    return { raw, reason: "line-too-long", message: `${length} bytes long` };
  }
  if (problem !== undefined) return { raw, reason: "malformed-json", message: problem };
  if (!isUtf8(bytes)) return { raw, reason: "invalid-utf8", message: "not valid UTF-8" };
  const shape = scanJson(bytes);
  if (typeof shape === "string") return { raw, ...jsonProblems[shape] };
  // An array is a page of events, as it is in a message.
  if (shape.kind !== "scalar") return { raw, row: bytes };
  return { raw, reason: "unknown-shape", message: "neither a JSON object nor an array" };
}

/** Only spaces, tabs and line ends: keep-alives of a stream, for example. */
export function isBlank(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at++) if (!isSpace(bytes[at])) return false;
  return true;
}

function withoutSpace(line: Buffer): Buffer {
  let end = line.length;
  while (end > 0 && isSpace(line[end - 1])) end--;
  return line.subarray(0, end);
}

/** A line without the carriage return of a CRLF line end. */
export function withoutReturn(bytes: Buffer): Buffer {
  return bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes;
}
