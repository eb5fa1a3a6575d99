import {
  DuckDBBlobValue,
  type DuckDBDataChunk,
  DuckDBDateValue,
  DuckDBTimestampTZValue,
  type DuckDBValue,
} from "@duckdb/node-api";
import { parquetWriteBuffer, type SchemaElement } from "hyparquet-writer";

import type { ResultField } from "../encode-results.ts";
import { notImplemented } from "../sql/place-error.ts";
import type { FieldType } from "../table-resource.ts";

/** Small enough that who looks for one key reads little else. */
const groupRows = 20_000;
const pageBytes = 64 * 1024;
/** A key is told from its neighbours by more than the 16 bytes that are usual. */
const boundBytes = 128;

/** As BigQuery writes its types. https://cloud.google.com/bigquery/docs/exporting-data#parquet_export_details */
const types: Partial<Record<FieldType, Partial<SchemaElement>>> = {
  BOOLEAN: { type: "BOOLEAN" },
  BYTES: { type: "BYTE_ARRAY" },
  DATE: { type: "INT32", converted_type: "DATE" },
  FLOAT: { type: "DOUBLE" },
  INTEGER: { type: "INT64" },
  STRING: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  TIMESTAMP: {
    type: "INT64",
    converted_type: "TIMESTAMP_MICROS",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MICROS" },
  },
};

/**
 * The rows of a result as one Parquet file, with the bounds of its columns in each part of it.
 * @throws {BigqueryError} `notImplemented` for a column of another kind.
 */
export function writeParquet(
  fields: readonly ResultField[],
  chunks: readonly DuckDBDataChunk[],
  codec: "SNAPPY" | "UNCOMPRESSED",
): Uint8Array<ArrayBuffer> {
  const schema = fields.map(({ name, type, mode }): SchemaElement => {
    const written = mode === "REPEATED" ? undefined : types[type];
    if (written === undefined) throw notImplemented(`EXPORT DATA of a column like ${name}`);
    return { name, repetition_type: "OPTIONAL", ...written };
  });
  const buffer = parquetWriteBuffer({
    schema: [{ name: "root", num_children: schema.length }, ...schema],
    columnData: fields.map(({ name }, index) => ({
      name,
      data: chunks.flatMap((chunk) => chunk.getColumnValues(index).map(toParquet)),
      columnIndex: true,
    })),
    codec,
    rowGroupSize: groupRows,
    pageSize: pageBytes,
    statisticsTruncateLength: boundBytes,
    createdBy: "hourtally local BigQuery",
  });
  return new Uint8Array(buffer);
}

function toParquet(value: DuckDBValue): unknown {
  if (value instanceof DuckDBTimestampTZValue) return value.micros;
  if (value instanceof DuckDBDateValue) return value.days;
  if (value instanceof DuckDBBlobValue) return value.bytes;
  return value;
}
