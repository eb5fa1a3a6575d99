import type { FailureReason } from "../events/failed-event.v1.ts";

/** One record of a message: a parsed line, or the reason why it is none. */
export type UnpackedRecord =
  | { line: number; value: unknown; bytes: () => Uint8Array }
  | { line: number; reason: FailureReason; message: string; bytes: () => Uint8Array };

const lineFeed = 0x0a;
/** No event is smaller than 100 bytes, and no message larger than 10 MB: more lines are an attack. */
const maxLines = 100_000;
const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

const decodeUtf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
};

/**
 * The records of a payload (base64): one JSON value, or newline-delimited JSON. `line` counts from
 * 0 over all lines, blank ones too; blank lines are no records. A line that cannot be decoded or
 * parsed is a record with a reason: its neighbours are not touched. UTF-8 is decoded fatally,
 * because a lossy decode would silently alter what is counted.
 */
export function unpackRecords(payload: string): UnpackedRecord[] {
  const whole = Buffer.from(payload, "base64");
  if (whole.length === 0) {
    return [{ line: 0, reason: "empty-message", message: "no payload", bytes: () => whole }];
  }
  if (countLines(whole) > maxLines) {
    const message = `more than ${maxLines} lines`;
    return [{ line: 0, reason: "too-many-records", message, bytes: () => whole }];
  }
  const text = decodeUtf8(whole);
  if (text === undefined) return unpackLineByLine(whole);
  const records = unpackText(text);
  // Pretty-printed JSON is one value over several lines: its first line alone does not parse.
  const first = records[0];
  if (records.length > 1 && first !== undefined && "reason" in first) {
    const single = parseLine(0, text);
    if ("value" in single) return [single];
  }
  return records;
}

function countLines(whole: Buffer): number {
  let lines = 1;
  for (let at = whole.indexOf(lineFeed); at !== -1; at = whole.indexOf(lineFeed, at + 1)) lines++;
  return lines;
}

function unpackText(text: string): UnpackedRecord[] {
  const records: UnpackedRecord[] = [];
  let start = 0;
  for (let line = 0; start <= text.length; line++) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline;
    const content = text.slice(start, end);
    if (content.trim() !== "") records.push(parseLine(line, content));
    start = end + 1;
  }
  return records;
}

function unpackLineByLine(whole: Buffer): UnpackedRecord[] {
  const records: UnpackedRecord[] = [];
  let start = 0;
  for (let line = 0; start <= whole.length; line++) {
    const newline = whole.indexOf(lineFeed, start);
    const end = newline === -1 ? whole.length : newline;
    const bytes = whole.subarray(start, end);
    const content = decodeUtf8(bytes);
    if (content === undefined) {
      records.push({
        line,
        reason: "invalid-utf8",
        message: "not valid UTF-8",
        bytes: () => bytes,
      });
    } else if (content.trim() !== "") records.push(parseLine(line, content));
    start = end + 1;
  }
  return records;
}

function parseLine(line: number, content: string): UnpackedRecord {
  const bytes = () => Buffer.from(content);
  try {
    const value: unknown = JSON.parse(content);
    return { line, value, bytes };
  } catch {
    // The parser's own message quotes the input, which must not travel or be logged.
    return { line, reason: "malformed-json", message: "not valid JSON", bytes };
  }
}
