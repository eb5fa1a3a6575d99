import type { JSONWriter } from "@google-cloud/bigquery-storage/build/src/managedwriter/index.js";
import type { Column } from "../../shared/rows/bigquery-schema.ts";

/** A row as the JSON writer takes it. */
export type WireRow = Parameters<JSONWriter["appendRows"]>[0][number];

type WireValue = WireRow[string];

/**
 * The columns of a checked row in the types of the wire: TIMESTAMP as microseconds since 1970 UTC,
 * all others as they are. Absent values stay absent.
 * @throws {Error} when a value does not fit its column, which the row's schema rules out.
 */
export function convertRow(row: object, columns: readonly Column[]): WireRow {
  const values = new Map<string, unknown>(Object.entries(row));
  const converted: WireRow = {};
  for (const column of columns) {
    const value = values.get(column.name);
    if (value !== undefined && value !== null) converted[column.name] = convertValue(value, column);
  }
  return converted;
}

function convertValue(value: unknown, column: Column): WireValue {
  if (Array.isArray(value) && column.mode === "REPEATED") {
    return value.map((element: unknown) => convertScalar(element, column));
  }
  return convertScalar(value, column);
}

function convertScalar(value: unknown, column: Column): WireValue {
  if (column.type === "TIMESTAMP" && typeof value === "string") return microseconds(value);
  if (column.fields !== undefined && typeof value === "object" && value !== null) {
    return convertRow(value, column.fields);
  }
  // Half of a surrogate pair is no UTF-8: the protocol's encoders write it in different ways.
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value === "number" || typeof value === "boolean") return value;
  throw new Error(`column ${column.name} cannot hold a value of type ${typeof value}`);
}

/** Microseconds since 1970 of an RFC 3339 UTC time; exact until the year 2255. */
function microseconds(time: string): number {
  const fraction = /\.(\d{1,6})Z$/.exec(time)?.[1] ?? "";
  const wholeSeconds = Math.floor(Date.parse(time) / 1_000);
  return wholeSeconds * 1_000_000 + Number(fraction.padEnd(6, "0"));
}
