import type { DuckDBDataChunk } from "@duckdb/node-api";

import {
  encodeCell,
  type ResultField,
  type TimestampFormat,
  type WireRow,
} from "../encode-results.ts";

/** BigQuery ends a page of results at about 10 MB. */
const pageBytes = 10_000_000;

/** The rows of a page, and the place of the one after it. */
export function encodePage(
  columns: readonly { field: ResultField; index: number }[],
  chunks: readonly DuckDBDataChunk[],
  timestamps: TimestampFormat,
  from: number,
  most: number,
): { rows: WireRow[]; next: number } {
  const rows: WireRow[] = [];
  let bytes = 0;
  let next = from;
  let first = 0;
  for (const chunk of chunks) {
    const { rowCount } = chunk;
    for (let at = Math.max(next - first, 0); at < rowCount; at += 1) {
      if (rows.length >= most || bytes > pageBytes) return { rows, next };
      const f = columns.map(({ field, index }) =>
        encodeCell(field, chunk.getColumnVector(index).getItem(at), timestamps),
      );
      rows.push({ f });
      bytes += JSON.stringify(f).length;
      next += 1;
    }
    first += rowCount;
  }
  return { rows, next };
}
