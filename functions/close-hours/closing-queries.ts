import {
  countedEventsSql,
  countsSql,
  keyedSql,
  namesOfPost,
} from "../../shared/streams/count-events.ts";
import type { Stream } from "../../shared/streams/stream.ts";

/** Where the last run of each stream has ended. Parameter: `since`. */
export const watermarksSql = [
  "SELECT stream, UNIX_MILLIS(MAX(watermark)) AS watermark",
  "FROM `${dataset}.closings`",
  "WHERE landed_at >= @since",
  "GROUP BY stream",
].join("\n");

/**
 * The queries that close hours of a stream, in GoogleSQL; `${dataset}` stands for the dataset. Each has
 * a constant filter on the partitions of whatever grows.
 */
export const closingQueries = (stream: Stream) => ({
  touched: touchedSql(stream),
  deleted: deletedSql,
  headers: headersSql(stream),
  totals: totalsSql(stream),
});

/**
 * Hours of `[from, to)` of which anything has landed since `since`, with the first and the last of it;
 * what was deleted or retracted has no first. A row without an hour says that there are deletes.
 */
function touchedSql(stream: Stream): string {
  const parts = [
    [
      "  SELECT increment.hour AS hour, MIN(increment.landed_at) AS first_landed_at,",
      "    MAX(increment.landed_at) AS last_landed_at",
      `  FROM \`\${dataset}.${stream.increments.table}\` AS increment`,
      "  WHERE increment.landed_at >= @since AND increment.hour >= @from AND increment.hour < @to",
      "  GROUP BY hour",
    ],
    [
      "  SELECT retracted_hour AS hour, NULL AS first_landed_at,",
      "    MAX(retraction.landed_at) AS last_landed_at",
      "  FROM `${dataset}.retractions` AS retraction, UNNEST(",
      "    GENERATE_TIMESTAMP_ARRAY(retraction.hour_from, retraction.hour_to, INTERVAL 1 HOUR)",
      "  ) AS retracted_hour",
      `  WHERE retraction.landed_at >= @since AND retraction.stream = '${stream.name}'`,
      "    AND retracted_hour < retraction.hour_to",
      "    AND retracted_hour >= @from AND retracted_hour < @to",
      "  GROUP BY hour",
    ],
    ...(stream.postsBy === undefined ? [] : deletes),
  ];
  return [
    "WITH touched AS (",
    parts.map((lines) => lines.join("\n")).join("\n  UNION ALL\n"),
    ")",
    "SELECT UNIX_MILLIS(hour) AS hour, UNIX_MILLIS(MIN(first_landed_at)) AS first_landed_at,",
    "  UNIX_MILLIS(MAX(last_landed_at)) AS last_landed_at",
    "FROM touched",
    "GROUP BY hour",
  ].join("\n");
}

/** Most ids tell when their post was created, which is the hour that it is counted in. */
const deletes = [
  [
    "  SELECT TIMESTAMP_TRUNC(tombstone.event_time, HOUR) AS hour, NULL AS first_landed_at,",
    "    MAX(tombstone.landed_at) AS last_landed_at",
    "  FROM `${dataset}.tombstones` AS tombstone",
    "  WHERE tombstone.landed_at >= @since",
    "    AND tombstone.event_time >= @from AND tombstone.event_time < @to",
    "  GROUP BY hour",
  ],
  [
    "  SELECT NULL AS hour, NULL AS first_landed_at, MAX(tombstone.landed_at) AS last_landed_at",
    "  FROM `${dataset}.tombstones` AS tombstone",
    "  WHERE tombstone.landed_at >= @since",
    "  HAVING COUNT(*) > 0",
  ],
];

/**
 * The same hours by the receipts of posts: some ids tell no time, or another one than the post itself, and
 * a tombstone may name an account with all of its posts. Of deletes that landed since `deleted_since`, and
 * receipts that landed since `posts_since`: whichever of the two came last tells of the hour.
 */
const deletedSql = [
  "SELECT UNIX_MILLIS(TIMESTAMP_TRUNC(post.event_time, HOUR)) AS hour,",
  "  CAST(NULL AS INT64) AS first_landed_at,",
  "  UNIX_MILLIS(MAX(GREATEST(tombstone.landed_at, post.landed_at))) AS last_landed_at",
  "FROM `${dataset}.posts` AS post",
  `CROSS JOIN UNNEST([${namesOfPost("post", "author").join(", ")}]) AS name`,
  "JOIN `${dataset}.tombstones` AS tombstone ON tombstone.id = name",
  "WHERE tombstone.landed_at >= @deleted_since",
  "  AND post.landed_at >= @posts_since AND post.outcome != 'delete'",
  "  AND post.event_time >= @from AND post.event_time < @to",
  "GROUP BY hour",
].join("\n");

const ofTheseHours = (alias: string): string =>
  `${alias}.hour BETWEEN @first_hour AND @last_hour AND ${alias}.hour IN UNNEST(@hours)`;

/** What the newest closing says of each of `hours`, which lie in `[first_hour, last_hour]`. */
const headersSql = (stream: Stream): string =>
  [
    "SELECT UNIX_MILLIS(total.hour) AS hour, total.revision AS revision,",
    "  UNIX_MILLIS(total.closing.watermark) AS watermark,",
    "  UNIX_MILLIS(total.closing.first_landed_at) AS first_landed_at, total.closing.keys AS `keys`,",
    "  total.closing.events AS events, total.closing.late AS late",
    newestHeaders(stream),
  ].join("\n");

const newestHeaders = ({ totals }: Stream): string =>
  [
    `FROM \`\${dataset}.${totals.table}\` AS total`,
    `WHERE ${ofTheseHours("total")} AND total.closing.keys IS NOT NULL`,
    "QUALIFY total.revision = MAX(total.revision) OVER (PARTITION BY total.hour)",
  ].join("\n");

/**
 * Counts `hours`, of which nothing landed before `landed_from`, and writes those that are new or have
 * changed as `revision`: one row for each key, and for the hour the row with its closing. One
 * statement, so that there is all of an hour or nothing. What was deleted before `deleted_from` was
 * not there yet.
 */
function totalsSql(stream: Stream): string {
  const bounds = {
    increments: ["increment.landed_at >= @landed_from", ofTheseHours("increment")],
    tombstones: ["tombstone.landed_at >= @deleted_from"],
  };
  const shown = [
    ...stream.keys,
    ...stream.labels,
    ...stream.measures.map((measure) => measure.name),
  ];
  const columns = ["hour", "revision", "closing", ...shown].join(", ");
  return [
    `INSERT INTO \`\${dataset}.${stream.totals.table}\` (${columns})`,
    `${countedEventsSql(stream, bounds)}, counts AS (`,
    indent(countsSql(stream)),
    "), arrived AS (",
    "  SELECT hour, MIN(landed_at) AS first_landed_at FROM delivered GROUP BY hour",
    "), newest AS (",
    "  SELECT total.hour AS hour, total.closing AS closing",
    indent(newestHeaders(stream)),
    "), identities AS (",
    "  SELECT event.hour, event.id, MIN(event.landed_at) AS landed_at",
    "  FROM counted AS event",
    ...keyedSql(stream).map(indent),
    "  GROUP BY event.hour, event.id",
    "), events AS (",
    "  SELECT identity.hour, COUNT(*) AS events,",
    "    COUNTIF(identity.landed_at >= newest.closing.watermark) AS late,",
    "    BIT_XOR(FARM_FINGERPRINT(identity.id)) AS fingerprint",
    "  FROM identities AS identity LEFT JOIN newest ON newest.hour = identity.hour",
    "  GROUP BY identity.hour",
    "), totals AS (",
    "  SELECT hour, COUNT(*) AS `keys`,",
    "    BIT_XOR(FARM_FINGERPRINT(TO_JSON_STRING(count))) AS fingerprint",
    "  FROM counts AS count",
    "  GROUP BY hour",
    "), closed AS (",
    "  SELECT arrived.hour, arrived.first_landed_at, COALESCE(totals.`keys`, 0) AS `keys`,",
    "    COALESCE(events.events, 0) AS events, COALESCE(events.late, 0) AS late,",
    "    COALESCE(totals.fingerprint ^ events.fingerprint, 0) AS fingerprint",
    "  FROM arrived",
    "  LEFT JOIN events ON events.hour = arrived.hour",
    "  LEFT JOIN totals ON totals.hour = arrived.hour",
    "), changed AS (",
    "  SELECT closed.* FROM closed LEFT JOIN newest ON newest.hour = closed.hour",
    "  WHERE newest.hour IS NULL OR newest.closing.fingerprint != closed.fingerprint",
    "    OR newest.closing.keys != closed.`keys` OR newest.closing.events != closed.events",
    ")",
    "SELECT hour, @revision AS revision, STRUCT(@watermark AS watermark,",
    "    first_landed_at AS first_landed_at, `keys` AS `keys`, events AS events, late AS late,",
    "    fingerprint AS fingerprint) AS closing,",
    `  ${shown.map(() => "NULL").join(", ")}`,
    "FROM changed",
    "UNION ALL",
    `SELECT count.hour, @revision, NULL, ${shown.map((name) => `count.${name}`).join(", ")}`,
    "FROM counts AS count JOIN changed ON changed.hour = count.hour",
  ].join("\n");
}

const indent = (text: string): string => text.replace(/^/gm, "  ");
