import { isUtf8 } from "node:buffer";
import { isBlank, withoutReturn } from "./read-json.ts";
import type { JudgedRecord, RawRecord, RecordReader, Splitter } from "./record.ts";

/** Reads lines of text, as they stand there; blank ones are none. What a line means, its topic knows. */
export function readText(lines: Splitter): RecordReader {
  function* read(raws: Iterable<RawRecord>): Generator<JudgedRecord> {
    for (const raw of raws) {
      if (!isBlank(raw.bytes)) yield judge(raw);
    }
  }
  return {
    push: (chunk) => read(lines.push(chunk)),
    end: () => read(lines.end()),
  };
}

function judge(raw: RawRecord): JudgedRecord {
  if (raw.length > raw.bytes.length) {
    return { raw, reason: "line-too-long", message: `${raw.length} bytes long` };
  }
  if (!isUtf8(raw.bytes)) return { raw, reason: "invalid-utf8", message: "not valid UTF-8" };
  return { raw, row: withoutReturn(raw.bytes) };
}
