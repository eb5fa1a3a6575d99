import { countedEventsSql, countsSql } from "./count-events.ts";
import type { Stream } from "./stream.ts";

/**
 * GoogleSQL of the exact view of a stream: every hour counted from increments, all that there are. It
 * shows whatever has landed at once, and costs more with every day.
 */
export const exactViewSql = (stream: Stream): string =>
  [
    `-- ${stream.description}: exact counts by UTC hour. Generated from shared/streams.`,
    countedEventsSql(stream),
    countsSql(stream),
    "",
  ].join("\n");

/**
 * Hours that are not closed yet are counted from what landed so lately. Longer than this, nothing was
 * closed only where `close-hours` has stood still, of which an alert has told for days.
 */
const openDays = 2;
/** Nothing deletes a post before it is there, and its hour is not over for longer than that. */
const deletedDays = openDays + 1;

const lately = (days: number) => `TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL ${days} DAY)`;

/**
 * GoogleSQL of the view of a stream: of closed hours the totals of their newest closing, and of hours
 * that are not closed yet the counts of what has landed. A filter on `hour` reaches the totals, which
 * are partitioned by it, so that its cost does not grow with history.
 */
export function hoursViewSql(stream: Stream): string {
  const columns = ["hour", ...stream.keys, ...stream.labels, ...stream.measures.map(nameOf)];
  const bounds = {
    increments: [`increment.landed_at >= ${lately(openDays)}`],
    tombstones: [`tombstone.landed_at >= ${lately(deletedDays)}`],
  };
  return [
    `-- ${stream.description}: counts by UTC hour, closed hours from their totals. Generated from`,
    "-- shared/streams.",
    `${countedEventsSql(stream, bounds)}, open_hours AS (`,
    countsSql(stream).replace(/^/gm, "  "),
    "), revised AS (",
    `  SELECT ${columns.join(", ")}, revision, closing.keys IS NOT NULL AS is_header`,
    `  FROM \`\${dataset}.${stream.totals.table}\` AS total`,
    "  UNION ALL",
    // Before any closing: it counts where there is none.
    `  SELECT ${columns.join(", ")}, 0 AS revision, FALSE AS is_header`,
    "  FROM open_hours",
    ")",
    `SELECT ${columns.join(", ")}`,
    "FROM revised",
    "WHERE TRUE",
    "QUALIFY NOT is_header",
    "  AND revision = COALESCE(MAX(IF(is_header, revision, NULL)) OVER (PARTITION BY hour), 0)",
    "",
  ].join("\n");
}

const nameOf = ({ name }: { name: string }): string => name;
