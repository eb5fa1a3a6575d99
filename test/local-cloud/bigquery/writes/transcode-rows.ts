import { isUtf8 } from "node:buffer";

import type { FieldPlan, MessagePlan } from "./compile-writer-schema.ts";

/** A row that its table cannot take; the message is for the writer. */
class RowError extends Error {
  override readonly name = "RowError";
}

export type TranscodedRows = {
  /** One JSON object a line, every column of the table in each. */
  ndjson: Buffer;
  errors: { index: number; message: string }[];
};

/**
 * Turns protobuf rows into newline-delimited JSON, bytes to bytes.
 *
 * Strings are never decoded: this is what lets one core take in 100,000 rows a second. INTEGER,
 * TIMESTAMP (microseconds) and DATE (days) become numbers, BYTES base64, NUMERIC strings, JSON a
 * string that holds it; missing values are null, missing lists empty. Faulty rows are in `errors`
 * and not in `ndjson`; so are those for a partition too long before or after `now` (epoch ms).
 */
export function transcodeRows(
  plan: MessagePlan,
  rows: readonly Uint8Array[],
  now: number,
): TranscodedRows {
  const size = rows.reduce((sum, row) => sum + row.length, 0);
  const out: Output = { bytes: Buffer.allocUnsafe(size * 2 + 1_024), length: 0, now };
  const errors: TranscodedRows["errors"] = [];
  for (const [index, row] of rows.entries()) {
    const start = out.length;
    try {
      if (start > 0) writeByte(out, newline);
      writeMessage(out, plan, row, 0, row.length);
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      out.length = start;
      errors.push({ index, message: error.message });
    }
  }
  return { ndjson: out.bytes.subarray(0, out.length), errors };
}

type Output = { bytes: Buffer; length: number; now: number };
type Cursor = { bytes: Uint8Array; position: number; end: number };

const dayMs = 86_400_000;
/** Ten years and one year. */
const partitionDays = { past: 3_650, ahead: 366 };

const newline = 0x0a;
const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
const nullText = Buffer.from("null");
const emptyList = Buffer.from("[]");
const trueText = Buffer.from("true");
const falseText = Buffer.from("false");

function writeMessage(
  out: Output,
  plan: MessagePlan,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const cursor: Cursor = { bytes, position: start, end };
  const begin = out.length;
  const seen = new Uint8Array(plan.members.length);
  let open: FieldPlan | undefined;
  writeByte(out, 0x7b);
  while (cursor.position < end) {
    const tag = readUint32(cursor);
    const field = plan.byNumber.get(tag >>> 3);
    if (!field) throw new RowError(`Unknown field number ${tag >>> 3} in the proto message`);
    const packed = (tag & 7) === 2 && field.wireType !== 2;
    if (packed && field.repeated && bytes[cursor.position] === 0) {
      cursor.position += 1;
      continue;
    }
    const first = field !== open;
    if (first && open?.repeated) writeByte(out, 0x5d);
    if (seen[field.index] && (first || !field.repeated)) {
      // Out of the usual order: bring the fields together and start over.
      out.length = begin;
      const ordered = orderFields(plan, bytes, start, end);
      writeMessage(out, plan, ordered, 0, ordered.length);
      return;
    }
    if (first) {
      if (cursor.position > start && out.length > begin + 1) writeByte(out, comma);
      writeBytes(out, field.key);
      if (field.repeated) writeByte(out, 0x5b);
    } else {
      writeByte(out, comma);
    }
    seen[field.index] = 1;
    open = field;
    writeField(out, field, tag & 7, cursor);
  }
  if (open?.repeated) writeByte(out, 0x5d);
  for (let index = 0; index < plan.members.length; index += 1) {
    if (seen[index]) continue;
    const member = plan.members[index];
    if (!member) continue;
    if (member.required) throw new RowError(`Required field ${member.path} is missing`);
    if (out.length > begin + 1) writeByte(out, comma);
    writeBytes(out, member.key);
    writeBytes(out, member.repeated ? emptyList : nullText);
  }
  writeByte(out, 0x7d);
}

function writeField(out: Output, field: FieldPlan, wireType: number, cursor: Cursor): void {
  if (wireType === field.wireType) {
    writeValue(out, field, cursor);
    return;
  }
  if (wireType !== 2 || !field.repeated) {
    throw new RowError(`Field ${field.path} has wire type ${wireType}`);
  }
  const end = readLength(cursor);
  for (let index = 0; cursor.position < end; index += 1) {
    if (index > 0) writeByte(out, comma);
    writeValue(out, field, cursor);
  }
}

function writeValue(out: Output, field: FieldPlan, cursor: Cursor): void {
  switch (field.encoding) {
    case "string":
      writeString(out, field, cursor);
      return;
    case "varint":
      writeInteger(out, readVarint(cursor));
      return;
    case "timestamp": {
      const micros = readVarint(cursor);
      checkRange(field, micros, -62_135_596_800_000_000n, 253_402_300_799_999_999n);
      if (field.partitions) checkPartition(out, field, Number(micros) / 1_000);
      writeInteger(out, micros);
      return;
    }
    case "date": {
      const days = readVarint(cursor);
      checkRange(field, days, -719_162n, 2_932_896n);
      if (field.partitions) checkPartition(out, field, Number(days) * dayMs);
      writeInteger(out, days);
      return;
    }
    case "bool":
      writeBytes(out, readVarint(cursor) === 0 ? falseText : trueText);
      return;
    case "uint32":
      writeInteger(out, readUint32(cursor));
      return;
    case "zigzag": {
      const value = BigInt.asUintN(64, BigInt(readVarint(cursor)));
      writeInteger(out, (value >> 1n) ^ -(value & 1n));
      return;
    }
    case "message": {
      const end = readLength(cursor);
      if (!field.message) throw new RowError(`Field ${field.path} has no type`);
      writeMessage(out, field.message, cursor.bytes, cursor.position, end);
      cursor.position = end;
      return;
    }
    case "base64":
      writeAscii(out, `"${toBuffer(readSlice(cursor)).toString("base64")}"`);
      return;
    case "double":
      writeDouble(out, readFixed(cursor, 8).getFloat64(0, true));
      return;
    case "float":
      writeDouble(out, readFixed(cursor, 4).getFloat32(0, true));
      return;
    case "fixed64":
      writeInteger(out, readFixed(cursor, 8).getBigInt64(0, true));
      return;
    case "fixed32":
      writeInteger(out, readFixed(cursor, 4).getUint32(0, true));
      return;
    case "sfixed32":
      writeInteger(out, readFixed(cursor, 4).getInt32(0, true));
      return;
    case "datetime": {
      const text = readDatetime(field, toBuffer(readSlice(cursor)).toString("utf8"));
      if (field.partitions) checkPartition(out, field, Date.parse(`${text}Z`));
      writeAscii(out, `"${text}"`);
      return;
    }
    case "numeric":
      writeAscii(out, `"${readNumeric(field, toBuffer(readSlice(cursor)).toString("utf8"))}"`);
      return;
    case "json": {
      const text = toBuffer(readSlice(cursor)).toString("utf8");
      checkJson(field, text);
      writeBytes(out, Buffer.from(JSON.stringify(text)));
      return;
    }
    default:
      field.encoding satisfies never;
  }
}

/** Copies UTF-8 between JSON quotes; only the rare byte below 0x20, `"` and `\` needs work. */
function writeString(out: Output, field: FieldPlan, cursor: Cursor): void {
  const end = readLength(cursor);
  const { bytes } = cursor;
  const start = cursor.position;
  // The longest escape is six bytes.
  reserve(out, (end - start) * 6 + 2);
  const target = out.bytes;
  let length = out.length;
  let high = 0;
  target[length++] = quote;
  for (let position = start; position < end; position += 1) {
    const byte = bytes[position] ?? 0;
    high |= byte;
    if (byte < 0x20 || byte === quote || byte === backslash) {
      length += target.write(escapes[byte] ?? "", length, "latin1");
    } else {
      target[length++] = byte;
    }
  }
  if (high >= 0x80 && !isUtf8(bytes.subarray(start, end))) {
    throw new RowError(`Field ${field.path} is not valid UTF-8`);
  }
  target[length++] = quote;
  out.length = length;
  cursor.position = end;
}

const escapes = Array.from({ length: 0x60 }, (_, code) =>
  JSON.stringify(String.fromCharCode(code)).slice(1, -1),
);

/** Safe integers as numbers, others as bigint. */
function readVarint(cursor: Cursor): number | bigint {
  const { bytes } = cursor;
  let low = 0;
  let scale = 1;
  let position = cursor.position;
  // Seven groups of seven bits are 49 bits: exact in a double.
  for (let group = 0; group < 7; group += 1) {
    const byte = bytes[position++];
    if (byte === undefined || position > cursor.end) throw truncated();
    low += (byte & 0x7f) * scale;
    if (byte < 0x80) {
      cursor.position = position;
      return low;
    }
    scale *= 128;
  }
  const eighth = bytes[position] ?? 0x80;
  // Microseconds of this century end here, below 2^53.
  if (eighth < 0x10 && position < cursor.end) {
    cursor.position = position + 1;
    return low + eighth * scale;
  }
  let value = BigInt(low);
  for (let group = 7; group < 10; group += 1) {
    const byte = bytes[position++];
    if (byte === undefined || position > cursor.end) throw truncated();
    value |= BigInt(byte & 0x7f) << BigInt(group * 7);
    if (byte < 0x80) {
      cursor.position = position;
      return narrow(BigInt.asIntN(64, value));
    }
  }
  throw truncated();
}

function narrow(value: bigint): number | bigint {
  return value >= -9_007_199_254_740_991n && value <= 9_007_199_254_740_991n
    ? Number(value)
    : value;
}

function readUint32(cursor: Cursor): number {
  const value = readVarint(cursor);
  if (typeof value === "number" && value >= 0 && value <= 0xffff_ffff) return value;
  throw truncated();
}

/** Moves behind a length and returns where what it measures ends. */
function readLength(cursor: Cursor): number {
  const length = readUint32(cursor);
  const end = cursor.position + length;
  if (end > cursor.end) throw truncated();
  return end;
}

function readSlice(cursor: Cursor): Uint8Array {
  const end = readLength(cursor);
  const slice = cursor.bytes.subarray(cursor.position, end);
  cursor.position = end;
  return slice;
}

function readFixed(cursor: Cursor, length: number): DataView {
  const { bytes, position } = cursor;
  if (position + length > cursor.end) throw truncated();
  cursor.position = position + length;
  return new DataView(bytes.buffer, bytes.byteOffset + position, length);
}

function truncated(): RowError {
  return new RowError("Cannot parse the proto message");
}

function checkRange(
  field: FieldPlan,
  value: number | bigint,
  lowest: bigint,
  highest: bigint,
): void {
  if (value >= lowest && value <= highest) return;
  throw new RowError(
    `Field ${field.path}: ${field.column} value ${value} is out of range, allowed is ${lowest} to ${highest}`,
  );
}

/** Of the day that it falls on. https://cloud.google.com/bigquery/docs/write-api, "Time-unit column partitioning" */
function checkPartition({ now }: Output, field: FieldPlan, at: number): void {
  const daysAhead = Math.floor(at / dayMs) - Math.floor(now / dayMs);
  if (daysAhead >= -partitionDays.past && daysAhead <= partitionDays.ahead) return;
  throw new RowError(
    `Field ${field.path}: ${new Date(at).toISOString()} is outside the allowed bounds of a partition: streamed rows may be for ${partitionDays.past} days in the past to ${partitionDays.ahead} days in the future`,
  );
}

function readDatetime(field: FieldPlan, text: string): string {
  const match = /^(\d{4}-\d{1,2}-\d{1,2})(?:[T ](\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d{1,6})?))?$/i.exec(
    text,
  );
  const date = match?.[1]?.replace(/-(\d)(?!\d)/g, "-0$1") ?? "";
  const time = (match?.[2] ?? "00:00:00").replace(/(?<![\d.])(\d)(?=[:.]|$)/g, "0$1");
  const instant = new Date(`${date}T${time.slice(0, 8)}Z`);
  if (Number.isNaN(instant.getTime()) || !instant.toISOString().startsWith(date)) {
    throw new RowError(`Field ${field.path}: invalid DATETIME string`);
  }
  return `${date} ${time}`;
}

function readNumeric(field: FieldPlan, text: string): string {
  if (/^[+-]?(?:\d{1,29}(?:\.\d{0,9})?|\.\d{1,9})$/.test(text)) return text.replace(/^\+/, "");
  throw new RowError(`Field ${field.path}: invalid NUMERIC value`);
}

function checkJson(field: FieldPlan, text: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw new RowError(`Field ${field.path}: invalid JSON`);
  }
}

/**
 * Brings the fields of a message into the order encoders write, which protobuf does not promise:
 * lists in one run, of a repeated scalar the last, of a repeated message all parts merged.
 */
function orderFields(plan: MessagePlan, bytes: Uint8Array, start: number, end: number): Uint8Array {
  const cursor: Cursor = { bytes, position: start, end };
  const parts = new Map<FieldPlan, { whole: Uint8Array; content: Uint8Array }[]>();
  while (cursor.position < end) {
    const from = cursor.position;
    const tag = readUint32(cursor);
    const field = plan.byNumber.get(tag >>> 3);
    if (!field) throw new RowError(`Unknown field number ${tag >>> 3} in the proto message`);
    let content = new Uint8Array();
    if ((tag & 7) === 2) content = new Uint8Array(readSlice(cursor));
    else if ((tag & 7) === 0) readVarint(cursor);
    else readFixed(cursor, (tag & 7) === 1 ? 8 : 4);
    const part = { whole: bytes.subarray(from, cursor.position), content };
    const known = parts.get(field);
    if (known) known.push(part);
    else parts.set(field, [part]);
  }
  const ordered = [...parts].flatMap(([field, found]) => {
    if (field.repeated) return found.map((part) => part.whole);
    const last = found.at(-1);
    if (!last || found.length === 1 || !field.message) return last ? [last.whole] : [];
    const merged = Buffer.concat(found.map((part) => part.content));
    const tag = last.whole.subarray(0, tagLength(last.whole));
    return [tag, varint(merged.length), merged];
  });
  return Buffer.concat(ordered);
}

function tagLength(bytes: Uint8Array): number {
  return bytes.findIndex((byte) => byte < 0x80) + 1;
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

function writeInteger(out: Output, value: number | bigint): void {
  if (typeof value === "bigint" || value < 0) {
    writeAscii(out, String(value));
    return;
  }
  // Two halves that fit 32-bit arithmetic, digits from the back.
  reserve(out, 16);
  const high = Math.floor(value / 1e8);
  if (high > 0) {
    const length = writeDigits(out, high, 1);
    out.length += length;
    out.length += writeDigits(out, value - high * 1e8, 8);
  } else {
    out.length += writeDigits(out, value, 1);
  }
}

/** Writes behind `out.length`, with leading zeros up to `least` digits, and returns how many. */
function writeDigits(out: Output, value: number, least: number): number {
  let count = least;
  for (let limit = 10 ** least; value >= limit; limit *= 10) count += 1;
  let rest = value | 0;
  for (let position = out.length + count - 1; position >= out.length; position -= 1) {
    const tenth = (rest / 10) | 0;
    out.bytes[position] = 0x30 + (rest - tenth * 10);
    rest = tenth;
  }
  return count;
}

function writeDouble(out: Output, value: number): void {
  writeAscii(out, Number.isFinite(value) ? String(value) : `"${value}"`);
}

function writeAscii(out: Output, text: string): void {
  reserve(out, text.length);
  out.length += out.bytes.write(text, out.length, "latin1");
}

function writeBytes(out: Output, bytes: Uint8Array): void {
  reserve(out, bytes.length);
  const target = out.bytes;
  let length = out.length;
  // Keys and constants are short: a loop beats the call of `set`.
  for (let index = 0; index < bytes.length; index += 1) target[length++] = bytes[index] ?? 0;
  out.length = length;
}

function writeByte(out: Output, byte: number): void {
  reserve(out, 1);
  out.bytes[out.length++] = byte;
}

function reserve(out: Output, more: number): void {
  if (out.length + more <= out.bytes.length) return;
  const grown = Buffer.allocUnsafe(Math.max(out.bytes.length * 2, out.length + more));
  out.bytes.copy(grown, 0, 0, out.length);
  out.bytes = grown;
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
