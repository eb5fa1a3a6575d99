import type { Stream } from "./stream.ts";

/**
 * GoogleSQL of the view of the closed hours of a stream, each with what its newest closing says of it.
 * A filter on `hour` reaches the totals, which are partitioned by it.
 */
export const closingsViewSql = ({ description, totals }: Stream): string =>
  [
    `-- ${description}: closed hours, each with its newest closing. Generated from shared/streams.`,
    "SELECT",
    "  total.hour, total.revision, total.closing.watermark, total.closing.first_landed_at,",
    "  total.closing.keys, total.closing.events, total.closing.late",
    `FROM \`\${dataset}.${totals.table}\` AS total`,
    "WHERE total.closing.keys IS NOT NULL",
    "QUALIFY ROW_NUMBER() OVER (PARTITION BY total.hour ORDER BY total.revision DESC) = 1",
    "",
  ].join("\n");

/** What each column of it says. */
export const closingsColumns: Readonly<Record<string, string>> = {
  hour: "Start of the UTC hour that is closed",
  revision: "Which closing of the hour this is: the greatest that there is",
  watermark: "What landed before this time was there to be counted, UTC",
  first_landed_at: "When the first increment of the hour landed, UTC",
  keys: "Keys that have counts in this hour",
  events: "Distinct events that count in this hour",
  late: "Of those, what has landed since the closing before",
};
