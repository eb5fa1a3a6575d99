import { gzipSync } from "node:zlib";

import { type DuckDBDataChunk, DuckDBTimestampTZValue, type DuckDBValue } from "@duckdb/node-api";

import { BigqueryError } from "../bigquery-error.ts";
import { encodeCell, type ResultField } from "../encode-results.ts";

/** How a CSV file is written. */
export type CsvOptions = { header: boolean; isCompressed: boolean };

/**
 * The rows of a result as one CSV file.
 * @throws {BigqueryError} for a column that holds records or lists, which CSV has no way to write.
 */
export function writeCsv(
  fields: readonly ResultField[],
  chunks: readonly DuckDBDataChunk[],
  { header, isCompressed }: CsvOptions,
): Uint8Array<ArrayBuffer> {
  const nested = fields.find(({ type, mode }) => mode === "REPEATED" || type === "RECORD");
  if (nested !== undefined) {
    throw new BigqueryError(
      "invalidQuery",
      `Operation cannot be performed on a nested schema. Field: ${nested.name}`,
    );
  }
  const lines = header ? [fields.map(({ name }) => quoteCsv(name)).join()] : [];
  for (const chunk of chunks) {
    for (const row of chunk.getRows()) {
      lines.push(fields.map((field, index) => writeCell(field, row[index] ?? null)).join());
    }
  }
  const text = Buffer.from(lines.map((line) => `${line}\n`).join(""));
  return new Uint8Array(isCompressed ? gzipSync(text) : text);
}

function writeCell(field: ResultField, value: DuckDBValue): string {
  const { v } = encodeCell(field, value, "ISO8601_STRING");
  if (typeof v !== "string") return "";
  return quoteCsv(value instanceof DuckDBTimestampTZValue ? writeTimestamp(v) : v);
}

/** `2026-01-02 03:04:05.678 UTC`, as BigQuery writes it, of `2026-01-02T03:04:05.678000Z`. */
const writeTimestamp = (text: string): string =>
  `${text.replace("T", " ").replace(/\.?0*Z$/, "")} UTC`;

const quoteCsv = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
