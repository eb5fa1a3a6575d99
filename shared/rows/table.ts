import type * as z from "zod";
import { bigquerySchema, type Column } from "./bigquery-schema.ts";

/** A BigQuery table as it is declared: its rows, how it is laid out, and which topic feeds it. */
export type Table = {
  name: string;
  description: string;
  /** A row as it is published; the table has `landed_at` beside it. */
  row: z.ZodObject;
  /** Columns that follow from a row: `append-rows` computes them, and no message carries them. */
  derived?: DerivedColumns;
  clusteredBy: readonly string[];
  /** Topic whose messages are rows of this table. */
  topic: string;
};

export type DerivedColumns = {
  columns: z.ZodObject;
  /** What they hold for a row that fits its schema. */
  from: (row: Readonly<Record<string, unknown>>) => Record<string, unknown>;
};

/**
 * The column by whose UTC day every table is partitioned: when a row came, not when something
 * happened. Only that tells what is new, and BigQuery takes no streamed rows into partitions of
 * over ten years ago. `append-rows` sets it just before it appends.
 */
export const landedAt = "landed_at";

/** All columns of a table. */
export const columnsOf = (table: Table): Column[] => [
  ...bigquerySchema(table.row),
  ...(table.derived === undefined ? [] : bigquerySchema(table.derived.columns)),
  {
    name: landedAt,
    type: "TIMESTAMP",
    mode: "REQUIRED",
    description: "When the row was appended, UTC: the day of its partition",
  },
];
