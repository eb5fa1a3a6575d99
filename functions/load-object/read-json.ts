import { isUtf8 } from "node:buffer";
import { onOneLine } from "../../shared/codec/on-one-line.ts";
import { scanJson } from "../../shared/codec/scan-json.ts";
import { followValue, noValue, opens } from "./follow-value.ts";
import { joinLines } from "./join-lines.ts";
import type { FailedRecord, JudgedRecord, RawRecord, RecordReader, Splitter } from "./record.ts";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
/** As many as a message may have. */
const maxOpenLines = 100_000;

/**
 * Reads JSON objects and arrays, one a line; blank lines are no records. One that is spread over
 * several lines is a record as well if it begins in the first column, as all that are printed to
 * be read do. Lines that are no value together are read one by one.
 */
export function readJsonLines(lines: Splitter, maxBytes: number): RecordReader {
  /** Lines of a value that is not closed yet. */
  let open: RawRecord[] = [];
  let openBytes = 0;
  let value = noValue;

  function* read(raws: Iterable<RawRecord>): Generator<JudgedRecord> {
    for (const raw of raws) {
      if (open.length > 0) yield* goOn(raw);
      else if (!isBlank(raw.bytes)) {
        const judged = judgeLine(raw);
        if ("row" in judged || !begins(judged) || !hold(raw)) yield judged;
      }
    }
  }

  function* goOn(line: RawRecord): Generator<JudgedRecord> {
    if (!hold(line)) {
      yield* giveUp();
      return yield* read([line]);
    }
    if (value.levels > 0) return;
    const judged = judgeJson(joinLines(open));
    if ("reason" in judged) return yield* giveUp();
    takeOpen();
    yield { raw: judged.raw, row: onOneLine(judged.row) };
  }

  /** False for a line that cannot be part of the open value, or begin one. */
  function hold(line: RawRecord): boolean {
    const isTooMuch = openBytes + line.length > maxBytes || open.length === maxOpenLines;
    const longer = isTooMuch ? undefined : followValue(value, line.bytes);
    if (longer === undefined || (open.length === 0 && longer.levels === 0)) return false;
    open.push(line);
    openBytes += line.length + 1;
    value = longer;
    return true;
  }

  function takeOpen(): RawRecord[] {
    const taken = open;
    open = [];
    openBytes = 0;
    value = noValue;
    return taken;
  }

  /** The first line begins no value; what follows may still be good. */
  function* giveUp(): Generator<JudgedRecord> {
    const [first, ...rest] = takeOpen();
    if (first !== undefined) yield judgeLine(first);
    yield* read(rest);
  }

  return {
    push: (chunk) => read(lines.push(chunk)),
    *end() {
      yield* read(lines.end());
      while (open.length > 0) yield* giveUp();
    },
  };
}

/** Reads the elements of one JSON array; one that spans lines becomes one line. */
export function readJsonArray(elements: Splitter): RecordReader {
  function* judge(raws: Iterable<RawRecord>) {
    for (const raw of raws) {
      const judged = judgeJson(raw);
      yield "row" in judged ? { raw, row: onOneLine(judged.row) } : judged;
    }
  }
  return { push: (chunk) => judge(elements.push(chunk)), end: () => judge(elements.end()) };
}

const begins = ({ raw, reason }: FailedRecord): boolean =>
  reason === "malformed-json" && opens(raw.bytes[0]);

const judgeLine = (raw: RawRecord): JudgedRecord => judgeJson(raw, withoutReturn(raw.bytes));

function judgeJson(raw: RawRecord, json: Buffer = raw.bytes): JudgedRecord {
  if (raw.length > raw.bytes.length) {
    return { raw, reason: "line-too-long", message: `${raw.length} bytes long` };
  }
  if (raw.problem !== undefined) return { raw, reason: "malformed-json", message: raw.problem };
  if (!isUtf8(json)) return { raw, reason: "invalid-utf8", message: "not valid UTF-8" };
  const shape = scanJson(json);
  if (shape === "malformed") return { raw, reason: "malformed-json", message: "not valid JSON" };
  if (shape === "too-deep") return { raw, reason: "malformed-json", message: "nested too deep" };
  // An array is a page of events, as it is in a message.
  if (shape.kind !== "scalar") return { raw, row: json };
  return { raw, reason: "unknown-shape", message: "neither a JSON object nor an array" };
}

/** Only spaces, tabs and line ends: keep-alives of a stream, for example. */
export function isBlank(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte !== space && byte !== 0x09 && byte !== carriageReturn && byte !== lineFeed) {
      return false;
    }
  }
  return true;
}

/** A line without the carriage return of a CRLF line end. */
export function withoutReturn(bytes: Buffer): Buffer {
  return bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes;
}
