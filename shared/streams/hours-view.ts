import { countedEventsSql, countsSql } from "./count-events.ts";
import { landedFrom } from "./landed-from.ts";
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
  const columns = columnsOf(stream);
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

/**
 * GoogleSQL of the same counts, of the hours from `from` to before `to`, which are constant expressions:
 * what is closed is not counted once more, as it is by the view, which cannot know in time.
 */
export function hoursBetweenSql(stream: Stream, from: string, to: string): string {
  const columns = columnsOf(stream);
  const table = `\`\${dataset}.${stream.totals.table}\``;
  const between = (row: string) => `${row}.hour >= ${from} AND ${row}.hour < ${to}`;
  const bounds = {
    increments: [
      `increment.landed_at >= ${lately(openDays)}`,
      `increment.landed_at >= ${landedFrom(from)}`,
      between("increment"),
      `increment.hour NOT IN (\n        SELECT header.hour FROM ${table} AS header\n        WHERE header.closing.keys IS NOT NULL AND ${between("header")}\n      )`,
    ],
    tombstones: [`tombstone.landed_at >= ${lately(deletedDays)}`],
  };
  return [
    `${countedEventsSql(stream, bounds)}, open_hours AS (`,
    countsSql(stream).replace(/^/gm, "  "),
    "), closed AS (",
    `  SELECT header.hour, MAX(header.revision) AS revision FROM ${table} AS header`,
    `  WHERE header.closing.keys IS NOT NULL AND ${between("header")}`,
    "  GROUP BY header.hour",
    ")",
    `SELECT ${columns.map((name) => `total.${name}`).join(", ")}`,
    `FROM ${table} AS total`,
    "JOIN closed ON closed.hour = total.hour AND closed.revision = total.revision",
    `WHERE total.closing.keys IS NULL AND ${between("total")}`,
    "UNION ALL",
    `SELECT ${columns.join(", ")} FROM open_hours`,
  ].join("\n");
}

const columnsOf = ({ keys, labels, measures }: Stream): string[] => [
  "hour",
  ...keys,
  ...labels,
  ...measures.map(({ name }) => name),
];
