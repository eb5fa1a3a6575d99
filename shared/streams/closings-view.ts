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
