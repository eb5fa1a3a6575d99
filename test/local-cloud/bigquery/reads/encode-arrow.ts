import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from "@duckdb/node-api";
import {
  Binary,
  Bool,
  type Data,
  DateDay,
  Decimal,
  Field,
  Float64,
  Int64,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMicrosecond,
  tableToIPC,
  Utf8,
} from "apache-arrow";

import type { ResultField } from "../encode-results.ts";

/** What ends a stream of Arrow messages: a length of zero. */
const endBytes = 8;
const numeric = { precision: 38, scale: 9, bits: 128 };

/**
 * Writes rows as Arrow messages, in BigQuery's types: the schema once, and a record batch for any
 * rows. A column is a list of values, one for each row.
 * https://cloud.google.com/bigquery/docs/reference/storage#arrow_schema_details
 */
export function createArrowEncoder(fields: readonly ResultField[]): {
  serializedSchema: Uint8Array;
  encodeBatch: (columns: readonly (readonly DuckDBValue[])[]) => Uint8Array;
} {
  const schema = new Schema(fields.map((field) => arrowField(field, encodeColumn(field, []).type)));
  const encode = (batches: RecordBatch[]) => tableToIPC(new Table(schema, batches), "stream");
  const empty = encode([]);
  const serializedSchema = empty.subarray(0, empty.length - endBytes);
  return {
    serializedSchema,
    encodeBatch: (columns) => {
      const children = fields.map((field, index) => encodeColumn(field, columns[index] ?? []));
      const length = columns[0]?.length ?? 0;
      const type = new Struct(schema.fields);
      const whole = encode([
        new RecordBatch(schema, makeData({ type, length, nullCount: 0, children })),
      ]);
      return whole.subarray(serializedSchema.length, whole.length - endBytes);
    },
  };
}

const arrowField = ({ name, mode }: ResultField, type: Data["type"]) =>
  new Field(name, type, mode !== "REPEATED");

function encodeColumn(field: ResultField, values: readonly DuckDBValue[]): Data {
  const length = values.length;
  if (field.mode === "REPEATED") {
    const lists = values.map((value) => (value instanceof DuckDBListValue ? value.items : []));
    const child = encodeColumn({ ...field, mode: "NULLABLE" }, lists.flat());
    const type = new List(new Field("item", child.type, true));
    const valueOffsets = offsetsOf(lists);
    return makeData({ type, length, nullCount: 0, valueOffsets, child });
  }
  if (field.type === "RECORD") {
    const members = field.fields ?? [];
    const records = values.map((value) =>
      value instanceof DuckDBStructValue ? Object.values(value.entries) : [],
    );
    const children = members.map((member, index) =>
      encodeColumn(
        member,
        records.map((entries) => entries[index] ?? null),
      ),
    );
    const type = new Struct(
      members.map((member, index) => arrowField(member, children[index]?.type ?? new Utf8())),
    );
    return makeData({ type, length, ...nullsOf(values), children });
  }
  return encodeScalars(field.type, values);
}

function encodeScalars(
  type: Exclude<ResultField["type"], "RECORD">,
  values: readonly DuckDBValue[],
): Data {
  const shape = { length: values.length, ...nullsOf(values) };
  switch (type) {
    case "BOOLEAN":
      return makeData({ type: new Bool(), ...shape, data: bitsOf(values, (one) => one === true) });
    case "BYTES": {
      const parts = values.map((one) => (one instanceof DuckDBBlobValue ? one.bytes : noBytes));
      return makeData({ type: new Binary(), ...shape, ...packed(parts) });
    }
    case "DATE": {
      const days = values.map((one) => (one instanceof DuckDBDateValue ? one.days : 0));
      return makeData({ type: new DateDay(), ...shape, data: Int32Array.from(days) });
    }
    case "DATETIME":
      return makeData({ type: new TimestampMicrosecond(), ...shape, data: microsOf(values) });
    case "TIMESTAMP":
      return makeData({ type: new TimestampMicrosecond("UTC"), ...shape, data: microsOf(values) });
    case "FLOAT":
      return makeData({ type: new Float64(), ...shape, data: Float64Array.from(values, Number) });
    case "INTEGER":
      return makeData({ type: new Int64(), ...shape, data: BigInt64Array.from(values, toBigInt) });
    case "NUMERIC": {
      const decimal = new Decimal(numeric.scale, numeric.precision, numeric.bits);
      return makeData({ type: decimal, ...shape, data: decimalsOf(values) });
    }
    case "JSON":
    case "STRING": {
      const parts = values.map((one) => (one === null ? noBytes : Buffer.from(String(one))));
      return makeData({ type: new Utf8(), ...shape, ...packed(parts) });
    }
  }
}

const noBytes = new Uint8Array();

const toBigInt = (value: DuckDBValue): bigint =>
  typeof value === "bigint" || typeof value === "number" ? BigInt(value) : 0n;

/** Bit by bit, the first row in the lowest. */
function bitsOf(
  values: readonly DuckDBValue[],
  isSet: (value: DuckDBValue) => boolean,
): Uint8Array {
  const bits = new Uint8Array(Math.ceil(values.length / 8));
  for (const [index, value] of values.entries()) {
    if (isSet(value)) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
  }
  return bits;
}

function nullsOf(values: readonly DuckDBValue[]): { nullCount: number; nullBitmap: Uint8Array } {
  const nullCount = values.filter((value) => value === null).length;
  return { nullCount, nullBitmap: bitsOf(values, (value) => value !== null) };
}

/** Where each of the items begins, and where the last one ends. */
function offsetsOf(items: readonly { length: number }[]): Int32Array {
  const offsets = new Int32Array(items.length + 1);
  for (const [index, { length }] of items.entries()) {
    offsets[index + 1] = (offsets[index] ?? 0) + length;
  }
  return offsets;
}

const packed = (parts: readonly Uint8Array[]) => ({
  valueOffsets: offsetsOf(parts),
  data: Buffer.concat(parts),
});

const microsOf = (values: readonly DuckDBValue[]): BigInt64Array =>
  BigInt64Array.from(values, (value) =>
    value instanceof DuckDBTimestampTZValue || value instanceof DuckDBTimestampValue
      ? value.micros
      : 0n,
  );

/** Two's complement of 128 bits, the lowest 32 first. */
function decimalsOf(values: readonly DuckDBValue[]): Uint32Array {
  const words = new Uint32Array(values.length * (numeric.bits / 32));
  const halves = new BigInt64Array(words.buffer);
  for (const [index, value] of values.entries()) {
    if (!(value instanceof DuckDBDecimalValue)) continue;
    const scaled = value.value * 10n ** BigInt(numeric.scale - value.scale);
    halves[2 * index] = BigInt.asIntN(64, scaled);
    halves[2 * index + 1] = scaled >> 64n;
  }
  return words;
}
