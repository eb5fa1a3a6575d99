import protobuf from "protobufjs/minimal.js";
import type { Column } from "../../shared/rows/bigquery-schema.ts";

/**
 * A checked row as the message of protocol buffers that BigQuery's descriptor of the columns tells of:
 * each column is the field of its place, from 1, and TIMESTAMP is microseconds since 1970 UTC. Absent
 * values stay absent.
 * @throws {Error} when a value does not fit its column, which the row's schema rules out.
 */
export const encodeRow = (row: object, columns: readonly Column[]): Uint8Array =>
  writeRow(protobuf.Writer.create(), row, columns).finish();

function writeRow(
  writer: protobuf.Writer,
  row: object,
  columns: readonly Column[],
): protobuf.Writer {
  for (let place = 0; place < columns.length; place++) {
    const column = columns[place];
    if (column === undefined) break;
    const value: unknown = Reflect.get(row, column.name);
    if (value === undefined || value === null) continue;
    if (column.mode === "REPEATED" && Array.isArray(value)) {
      for (const element of value) writeValue(writer, place + 1, element, column);
    } else writeValue(writer, place + 1, value, column);
  }
  return writer;
}

/** How the value behind the number of its field is laid out: https://protobuf.dev/programming-guides/encoding */
const [varint, fixed64, sized] = [0, 1, 2];

function writeValue(writer: protobuf.Writer, field: number, value: unknown, column: Column): void {
  switch (typeof value) {
    case "string":
      // Half of a surrogate pair is no UTF-8: the protocol's encoders write it in different ways.
      if (column.type === "STRING")
        return void begin(writer, field, sized).string(value.toWellFormed());
      if (column.type === "TIMESTAMP")
        return void begin(writer, field, varint).int64(microseconds(value));
      if (column.type === "BYTES")
        return void begin(writer, field, sized).bytes(Buffer.from(value, "base64"));
      break;
    case "number":
      if (column.type === "INTEGER" || column.type === "TIMESTAMP") {
        return void begin(writer, field, varint).int64(value);
      }
      if (column.type === "FLOAT") return void begin(writer, field, fixed64).double(value);
      break;
    case "boolean":
      if (column.type === "BOOLEAN") return void begin(writer, field, varint).bool(value);
      break;
    case "object":
      if (column.fields !== undefined && value !== null) {
        return void writeRow(begin(writer, field, sized).fork(), value, column.fields).ldelim();
      }
  }
  throw new Error(`column ${column.name} cannot hold a value of type ${typeof value}`);
}

const begin = (writer: protobuf.Writer, field: number, layout: number): protobuf.Writer =>
  writer.uint32((field << 3) | layout);

/** Microseconds since 1970 of an RFC 3339 UTC time; exact until the year 2255. */
function microseconds(time: string): number {
  if (time.length <= toMilliseconds) return Date.parse(time) * 1_000;
  const fraction = /\.(\d{1,6})Z$/.exec(time)?.[1] ?? "";
  const wholeSeconds = Math.floor(Date.parse(time) / 1_000);
  return wholeSeconds * 1_000_000 + Number(fraction.padEnd(6, "0"));
}

const toMilliseconds = "2019-07-03T06:29:00.000Z".length;
