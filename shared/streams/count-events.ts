import { allPosts } from "../events/tombstone.v1.ts";
import type { Measure, Stream } from "./stream.ts";

/** GoogleSQL conditions that bound what is read; none where everything is. */
export type Bounds = {
  /** Of `increment`. */
  increments?: readonly string[];
  /** Of `tombstone`. */
  tombstones?: readonly string[];
  /** Of `event`: of no others are all readings compared, which takes longest. */
  events?: readonly string[];
};

/**
 * The beginning of a query in GoogleSQL: `retracted` hours, and the `counted` events, as often as they
 * came. Left out are increments that a retraction takes back, events of posts with a tombstone, and of
 * each event what a worse informed reading made of it. The increments are read once, and a filter on
 * `hour` reaches them. `${dataset}` is left for the deployment.
 */
export const countedEventsSql = (stream: Stream, bounds: Bounds = {}): string =>
  [
    `WITH delivered AS (\n${chosenSql(stream, bounds)}`,
    `), retracted AS (\n${retractedSql(stream)}`,
    `), counted AS (\n${countedSql(stream, bounds)}\n)`,
  ].join("\n");

/** The beginning of a query in GoogleSQL: `distinct_events`, each event once for its key. */
export const distinctEventsSql = (stream: Stream, bounds: Bounds = {}): string =>
  `${countedEventsSql(stream, bounds)}, distinct_events AS (\n${distinctSql(stream)}\n)`;

/** Of each event that a condition may let through every reading: a better one may be of another key. */
function chosenSql(stream: Stream, bounds: Bounds): string {
  const { events = [] } = bounds;
  const delivered = deliveredSql(stream, bounds);
  if (events.length === 0) return delivered;
  const all = `(\n${delivered}\n  ) AS event`;
  return [
    `  SELECT event.* FROM ${all}`,
    "  JOIN (",
    `    SELECT DISTINCT event.hour, event.id FROM ${all}`,
    `    WHERE ${events.join("\n      AND ")}`,
    "  ) AS chosen ON chosen.hour = event.hour AND chosen.id = event.id",
  ].join("\n");
}

/** Each event of each increment, as often as it was delivered. */
function deliveredSql(
  { keys, labels, members, increments }: Stream,
  { increments: conditions = [] }: Bounds,
): string {
  const columns = [
    ...["hour", ...keys, ...labels, "landed_at"].map((name) => `increment.${name}`),
    ...members.map((name) => `event.${name}`),
  ];
  const table = `\`\${dataset}.${increments.table}\``;
  // Bounded before their events are taken out: an engine may not look for bounds behind them.
  const bounded = [
    "(",
    `    SELECT * FROM ${table} AS increment`,
    `    WHERE ${conditions.join("\n      AND ")}`,
    "  )",
  ].join("\n");
  return [
    "  SELECT",
    columns.map((column) => `    ${column}`).join(",\n"),
    `  FROM ${conditions.length === 0 ? table : bounded} AS increment, UNNEST(increment.events) AS event`,
  ].join("\n");
}

/** Each retracted hour, with the time before which its increments were made in error. */
const retractedSql = ({ name }: Stream): string =>
  [
    "  SELECT retracted_hour AS hour, MAX(retraction.landed_before) AS landed_before",
    "  FROM `${dataset}.retractions` AS retraction, UNNEST(",
    "    GENERATE_TIMESTAMP_ARRAY(retraction.hour_from, retraction.hour_to, INTERVAL 1 HOUR)",
    "  ) AS retracted_hour",
    `  WHERE retraction.stream = '${name}' AND retracted_hour < retraction.hour_to`,
    "  GROUP BY retracted_hour",
  ].join("\n");

const countedSql = ({ postsBy, revision }: Stream, { tombstones }: Bounds): string =>
  [
    "  SELECT event.*",
    "  FROM delivered AS event",
    "  LEFT JOIN retracted ON retracted.hour = event.hour",
    "  WHERE (retracted.hour IS NULL OR event.landed_at >= retracted.landed_before)",
    ...(postsBy === undefined ? [] : namesOfPost("event", postsBy)).map(
      (name) => `    AND ${withoutTombstoneSql(name, tombstones)}`,
    ),
    // By the hour, too, so that a filter on it need not read all increments.
    ...(revision === undefined
      ? []
      : [
          `  QUALIFY event.${revision} =`,
          `    MAX(event.${revision}) OVER (PARTITION BY event.hour, event.id)`,
        ]),
  ].join("\n");

/**
 * What a tombstone may name to withdraw the post of a row, in GoogleSQL: the post, its alias, or all posts
 * of its author. Posts and authors of a source may have ids that look alike.
 */
export const namesOfPost = (row: string, author: string): readonly string[] => [
  `${row}.id`,
  `${row}.alias`,
  `CONCAT(${row}.${author}, '${allPosts}')`,
];

/** GoogleSQL condition: there is no tombstone of this name. */
export const withoutTombstoneSql = (id: string, conditions: readonly string[] = []): string =>
  [
    "NOT EXISTS (",
    `      SELECT 1 FROM \`\${dataset}.tombstones\` AS tombstone WHERE tombstone.id = ${id}`,
    ...conditions.map((condition) => `        AND ${condition}`),
    "    )",
  ].join("\n");

/**
 * A query in GoogleSQL over the `counted` events: one row per hour and key, counted over distinct event
 * ids, so that nothing delivered twice is counted twice.
 */
export function countsSql(stream: Stream): string {
  const groups = ["hour", ...stream.keys].map((name) => `event.${name}`);
  const columns = [
    ...groups,
    ...stream.labels.map(labelSql),
    ...stream.measures.map((measure) => `${measureSql(measure)} AS ${measure.name}`),
  ];
  return [
    `SELECT\n${columns.map((column) => `  ${column}`).join(",\n")}`,
    stream.sums.length > 0 ? `FROM (\n${distinctSql(stream)}\n) AS event` : "FROM counted AS event",
    ...keyedSql(stream),
    `GROUP BY ${groups.join(", ")}`,
  ].join("\n");
}

/** A reading that counts for nothing has no key: it was only needed to withdraw worse ones. */
export const keyedSql = ({ keys, revision }: Stream): string[] =>
  revision === undefined
    ? []
    : [`WHERE ${keys.map((name) => `event.${name} IS NOT NULL`).join(" AND ")}`];

/** Each event once for its key: what is summed must not be there twice. */
function distinctSql({ keys, labels, members, sums }: Stream): string {
  const one = ["hour", ...keys, "id"].map((name) => `event.${name}`).join(", ");
  const rest = [...labels, ...members].filter((name) => name !== "id" && !sums.includes(name));
  const order = [
    ...sums.map((name) => `event.${name} DESC`),
    ...rest.map((name) => `event.${name}`),
  ];
  return [
    "  SELECT event.*",
    "  FROM counted AS event",
    "  WHERE TRUE",
    "  QUALIFY ROW_NUMBER() OVER (",
    `    PARTITION BY ${one}`,
    // All are alike where nothing else is kept of an event.
    ...(order.length === 0 ? [] : [`    ORDER BY ${order.join(", ")}`]),
    "  ) = 1",
  ].join("\n");
}

/** GoogleSQL of a label: what the event with the smallest id says that says anything. */
export const labelSql = (name: string): string =>
  `ARRAY_AGG(event.${name} IGNORE NULLS ORDER BY event.id, event.${name} LIMIT 1)[SAFE_OFFSET(0)] AS ${name}`;

/** GoogleSQL of a measure, over rows of distinct events that are called `event`. */
export function measureSql({ where, ...measure }: Measure): string {
  const only = (value: string) =>
    where === undefined ? value : `IF(${conditionSql(where)}, ${value}, NULL)`;
  switch (measure.counts) {
    case "events":
      return `COUNT(DISTINCT ${only("event.id")})`;
    case "distinct":
      return `COUNT(DISTINCT ${only(`event.${measure.of}`)})`;
    case "sum":
      return `COALESCE(SUM(${only(`event.${measure.of}`)}), 0)`;
  }
}

const conditionSql = (where: NonNullable<Measure["where"]>): string =>
  "is" in where
    ? `event.${where.field} = '${where.is}'`
    : `event.${where.field} != '${where.isNot}'`;
