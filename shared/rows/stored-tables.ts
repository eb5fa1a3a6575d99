import type { Stream } from "../streams/stream.ts";
import { streams } from "../streams/streams.ts";
import { bigquerySchema, type Column } from "./bigquery-schema.ts";
import { columnsOf, landedAt } from "./table.ts";
import { tables } from "./tables.ts";

/** A table as it stands in BigQuery, whoever fills it. */
export type StoredTable = {
  name: string;
  description: string;
  columns: Column[];
  /** Column by whose UTC day it is partitioned. */
  partitionedBy: string;
  clusteredBy: readonly string[];
};

/**
 * Totals are partitioned by the hour that they count, not by arrival: nothing looks for those that
 * are new, and whoever asks for a day must not read all others. A query writes them, so that days of
 * over ten years ago are no matter.
 */
const totalsTable = (stream: Stream): StoredTable => ({
  name: stream.totals.table,
  description: `Totals of closed hours: ${stream.description}. Ask view ${stream.view}, which takes the newest closing of each hour`,
  columns: bigquerySchema(stream.totals.row),
  partitionedBy: "hour",
  clusteredBy: ["hour", ...stream.keys],
});

/** BigQuery clusters by four columns at most: by the first ones, which are looked for most. */
const mostClusters = 4;

/** All tables: those that `append-rows` feeds, and the totals, which `close-hours` writes. */
export const storedTables: readonly StoredTable[] = [
  ...tables.map((table) => ({
    name: table.name,
    description: table.description,
    columns: columnsOf(table),
    partitionedBy: landedAt,
    clusteredBy: table.clusteredBy,
  })),
  ...streams.map(totalsTable),
].map((table) => ({ ...table, clusteredBy: table.clusteredBy.slice(0, mostClusters) }));
