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

import { BigqueryError } from "./bigquery-error.ts";
import type { FieldType } from "./table-resource.ts";

/** A column of a result, as the REST API describes it. */
export type ResultField = {
  name: string;
  type: FieldType;
  mode: "NULLABLE" | "REPEATED";
  fields?: ResultField[];
};

/** How a client asked to be told TIMESTAMPs; float seconds are BigQuery's default. */
export type TimestampFormat = "FLOAT64" | "INT64" | "ISO8601_STRING";

/** One cell of the wire format; a REPEATED cell is a list of cells, a RECORD a row. */
export type Cell = { v: string | null | WireRow | Cell[] };
export type WireRow = { f: Cell[] };

/**
 * Writes a value as BigQuery's JSON does: everything a string, arrays never null.
 * https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/getQueryResults
 */
export function encodeCell(
  field: ResultField,
  value: DuckDBValue,
  timestamps: TimestampFormat,
): Cell {
  if (field.mode === "REPEATED") {
    const items = value instanceof DuckDBListValue ? value.items : [];
    const element: ResultField = { ...field, mode: "NULLABLE" };
    return {
      v: items.map((item) => {
        if (item !== null) return encodeCell(element, item, timestamps);
        throw new BigqueryError(
          "invalidQuery",
          `Array cannot have a null element; error in writing field ${field.name}`,
        );
      }),
    };
  }
  if (value === null) return { v: null };
  if (value instanceof DuckDBStructValue) {
    const members = Object.values(value.entries);
    return {
      v: {
        f: (field.fields ?? []).map((member, index) =>
          encodeCell(member, members[index] ?? null, timestamps),
        ),
      },
    };
  }
  return { v: encodeScalar(field.type, value, timestamps) };
}

function encodeScalar(type: FieldType, value: DuckDBValue, timestamps: TimestampFormat): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (typeof value === "number") return type === "FLOAT" ? encodeFloat(value) : String(value);
  if (value instanceof DuckDBTimestampTZValue) return encodeTimestamp(value.micros, timestamps);
  if (value instanceof DuckDBTimestampValue) {
    return encodeDatetime(value.micros).replace(".000000", "");
  }
  if (value instanceof DuckDBDateValue) return value.toString();
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString("base64");
  if (value instanceof DuckDBDecimalValue) {
    return value
      .toString()
      .replace(/(\.\d*?)0+$/, "$1")
      .replace(/\.$/, "");
  }
  throw new BigqueryError("notImplemented", `Value ${String(value)} has no wire format`);
}

function encodeTimestamp(micros: bigint, format: TimestampFormat): string {
  if (format === "INT64") return String(micros);
  if (format === "ISO8601_STRING") return `${encodeDatetime(micros)}Z`;
  return encodeFloat(Number(micros) / 1e6);
}

/** `2024-01-02T03:04:05.000006` */
function encodeDatetime(micros: bigint): string {
  const millis = Number(micros / 1000n) - (micros % 1000n < 0n ? 1 : 0);
  const rest = Number(((micros % 1000n) + 1000n) % 1000n);
  return new Date(millis).toISOString().slice(0, -1) + String(rest).padStart(3, "0");
}

/** BigQuery's servers write doubles as Java does: 1.0, 1.408452095E9. */
function encodeFloat(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return "-0.0";
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-3 && size < 1e7)) {
    const plain = String(value);
    return plain.includes(".") ? plain : `${plain}.0`;
  }
  const [mantissa = "0", exponent = "0"] = value.toExponential().split("e");
  return `${mantissa.includes(".") ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
}
