import { isUtf8 } from "node:buffer";
import { scanJson } from "../../shared/envelopes/scan-json.ts";
import type { JudgedRecord, RawRecord, RecordReader, Splitter } from "./record.ts";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;

/** Reads JSON objects, one a line; blank lines are no records. */
export function readJsonLines(lines: Splitter): RecordReader {
  function* judge(raws: Iterable<RawRecord>) {
    for (const raw of raws) if (!isBlank(raw.bytes)) yield judgeJson(raw, withoutReturn(raw.bytes));
  }
  return { push: (chunk) => judge(lines.push(chunk)), end: () => judge(lines.end()) };
}

/** Reads the objects of one JSON array; an element that spans lines becomes one line. */
export function readJsonArray(elements: Splitter): RecordReader {
  function* judge(raws: Iterable<RawRecord>) {
    for (const raw of raws) {
      const judged = judgeJson(raw, raw.bytes);
      yield "row" in judged ? { raw, row: onOneLine(judged.row) } : judged;
    }
  }
  return { push: (chunk) => judge(elements.push(chunk)), end: () => judge(elements.end()) };
}

function judgeJson(raw: RawRecord, json: Buffer): JudgedRecord {
  if (raw.length > raw.bytes.length) {
    return { raw, reason: "line-too-long", message: `${raw.length} bytes long` };
  }
  if (raw.problem !== undefined) return { raw, reason: "malformed-json", message: raw.problem };
  if (!isUtf8(json)) return { raw, reason: "invalid-utf8", message: "not valid UTF-8" };
  const shape = scanJson(json);
  if (shape === "malformed") return { raw, reason: "malformed-json", message: "not valid JSON" };
  if (shape === "too-deep") return { raw, reason: "malformed-json", message: "nested too deep" };
  if (shape.kind === "object") return { raw, row: json };
  return { raw, reason: "unknown-shape", message: "not a JSON object" };
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

/** In valid JSON a line end is always space between tokens, never part of a string. */
function onOneLine(json: Buffer): Buffer {
  if (!json.includes(lineFeed) && !json.includes(carriageReturn)) return json;
  return Buffer.from(
    json.map((byte) => (byte === lineFeed || byte === carriageReturn ? space : byte)),
  );
}
