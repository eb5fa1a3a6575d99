import type * as z from "zod";

/** A BigQuery table as it is declared: its rows, how it is laid out, and which topic feeds it. */
export type Table = {
  name: string;
  description: string;
  row: z.ZodObject;
  /** TIMESTAMP column whose UTC day is the partition: when something came, not when it happened. */
  partitionedBy: string;
  clusteredBy: readonly string[];
  /** Topic whose messages are rows of this table. */
  topic: string;
};
