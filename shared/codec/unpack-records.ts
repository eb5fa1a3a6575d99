import { isUtf8 } from "node:buffer";
import type { PubsubDelivery } from "../envelopes/pubsub-delivery.ts";
import type { FailureReason } from "../events/failed-event.v1.ts";
import { decodePayload } from "./decode-payload.ts";
import { encodingAttribute } from "./encode-payload.ts";
import { jsonProblems } from "./json-problems.ts";
import { maxItems, scanJson } from "./scan-json.ts";

/** One record of a message: a parsed line, or the reason why it is none. */
export type UnpackedRecord =
  | { line: number; value: unknown; bytes: Uint8Array; isEncoded: false }
  | {
      line: number;
      reason: FailureReason;
      message: string;
      bytes: Uint8Array;
      /** The bytes are the whole data as it came, still in its encoding. */
      isEncoded: boolean;
    };

export type UnpackOptions = {
  /** Whether a line may be text: then one that does not begin like JSON is its own value, a string. */
  takesText?: boolean;
};

const lineFeed = 0x0a;
/** Twenty times a full message of our own: each line costs more memory than its bytes. */
const maxLines = maxItems;
/**
 * From here on its parts are counted first: 5 MB of brackets take `JSON.parse` to 400 MB. A shorter
 * text cannot have more than 10,000 of anything.
 */
const hostileBytes = 2 * maxItems;
const byteOrderMark = "\uFEFF";

/**
 * The records of a message: one JSON value, or newline-delimited JSON, plain or in the encoding that
 * its attributes name. `line` counts from 0 over all lines, blank ones too; blank lines are no
 * records. A line that cannot be decoded or parsed is a record with a reason: its neighbours are not
 * touched. UTF-8 is checked, because a lossy decode would silently alter what is counted.
 *
 * Each line is parsed when it is asked for: of a large message only one record is alive at a time.
 */
export function* unpackRecords(
  { payload, attributes }: Pick<PubsubDelivery, "payload" | "attributes">,
  { takesText = false }: UnpackOptions = {},
): Generator<UnpackedRecord> {
  const data = Buffer.from(payload, "base64");
  const refuse = (reason: FailureReason, message: string): UnpackedRecord => ({
    line: 0,
    reason,
    message,
    bytes: data,
    isEncoded: true,
  });
  if (data.length === 0) {
    yield refuse("empty-message", "no payload");
    return;
  }
  const whole = decodePayload(data, attributes[encodingAttribute]);
  if (!Buffer.isBuffer(whole)) {
    yield refuse(whole.reason, whole.message);
    return;
  }
  if (whole.length === 0) {
    yield refuse("empty-message", "nothing is compressed");
    return;
  }
  // Printed to be read, one value may have any number of lines.
  if (countLines(whole) > maxLines && typeof scanJson(whole) === "string") {
    yield refuse("too-many-records", `more than ${maxLines} lines`);
    return;
  }
  // Once for all lines: only of a message that is not, each is asked.
  const isValid = isUtf8(whole);
  let isFirst = true;
  let end = -1;
  for (let line = 0; end < whole.length; line++) {
    const start = end + 1;
    const newline = whole.indexOf(lineFeed, start);
    end = newline === -1 ? whole.length : newline;
    // Decoded line by line: one with an emoji costs its neighbours, mostly ASCII, nothing.
    const bytes = whole.subarray(start, end);
    const record =
      isValid || isUtf8(bytes) ? parseLine(line, bytes, takesText) : invalidUtf8(line, bytes);
    if (record === undefined) continue;
    if (isFirst && "reason" in record && bytes.length < whole.length) {
      // Pretty-printed JSON is one value over several lines: its first line alone does not parse.
      const single = isValid ? parseLine(0, whole, false) : undefined;
      if (single !== undefined && "value" in single) {
        yield single;
        return;
      }
    }
    isFirst = false;
    yield record;
  }
}

function countLines(whole: Buffer): number {
  if (whole.length < maxLines) return 0;
  let lines = 1;
  for (let at = whole.indexOf(lineFeed); at !== -1; at = whole.indexOf(lineFeed, at + 1)) lines++;
  return lines;
}

const invalidUtf8 = (line: number, bytes: Buffer): UnpackedRecord => ({
  line,
  reason: "invalid-utf8",
  message: "not valid UTF-8",
  bytes,
  isEncoded: false,
});

/** The record of a line, which is UTF-8, or undefined for a blank one. */
function parseLine(line: number, bytes: Buffer, takesText: boolean): UnpackedRecord | undefined {
  const decoded = bytes.toString();
  const content = decoded.startsWith(byteOrderMark) ? decoded.slice(1) : decoded;
  if (content.trim() === "") return undefined;
  if (takesText && !/^\s*[{["]/.test(content)) {
    return { line, value: withoutReturn(content), bytes, isEncoded: false };
  }
  const problem = bytes.length > hostileBytes ? scanJson(bytes) : undefined;
  if (typeof problem === "string") {
    return { line, ...jsonProblems[problem], bytes, isEncoded: false };
  }
  try {
    const value: unknown = JSON.parse(content);
    return { line, value, bytes, isEncoded: false };
  } catch {
    // Text may begin with a quote, as a field of CSV does.
    if (takesText && content.trimStart().startsWith('"')) {
      return { line, value: withoutReturn(content), bytes, isEncoded: false };
    }
    // The parser's own message quotes the input, which must not travel or be logged.
    return { line, ...jsonProblems.malformed, bytes, isEncoded: false };
  }
}

const withoutReturn = (content: string): string =>
  content.endsWith("\r") ? content.slice(0, -1) : content;
