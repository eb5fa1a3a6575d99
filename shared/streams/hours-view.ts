import type { Measure, Stream } from "./stream.ts";

/**
 * GoogleSQL of the exact view of a stream: one row per hour and key, counted over distinct event
 * ids, so that nothing delivered twice is counted twice. Left out are increments that a retraction
 * takes back, events with a tombstone, and of each event what an older version of the key's rules
 * made of it. The increments are read once, and a filter on `hour` reaches them. `${dataset}` is
 * left for the deployment.
 */
export function hoursViewSql(stream: Stream): string {
  const label = (name: string) =>
    `ARRAY_AGG(event.${name} ORDER BY event.id, event.${name} LIMIT 1)[OFFSET(0)] AS ${name}`;
  const groups = ["hour", ...stream.key].map((name) => `event.${name}`);
  const columns = [...groups, ...stream.labels.map(label), ...stream.view.measures.map(measureSql)];
  return [
    `-- ${stream.description}: exact counts by UTC hour. Generated from shared/streams.`,
    `WITH delivered AS (\n${deliveredSql(stream)}\n), retracted AS (`,
    `${retractedSql(stream)}\n), counted AS (\n${countedSql(stream)}\n)`,
    `SELECT\n${columns.map((column) => `  ${column}`).join(",\n")}`,
    "FROM counted AS event",
    `GROUP BY ${groups.join(", ")}`,
    "",
  ].join("\n");
}

/** Each event of each increment, as often as it was delivered. */
function deliveredSql({ key, labels, members, increments, ...stream }: Stream): string {
  const { keyVersion } = stream;
  const fields = ["hour", ...key, ...labels, ...(keyVersion ? [keyVersion] : []), "appended_at"];
  const columns = [
    ...fields.map((name) => `increment.${name}`),
    ...members.filter((name) => !fields.includes(name)).map((name) => `event.${name}`),
  ];
  return [
    "  SELECT",
    columns.map((column) => `    ${column}`).join(",\n"),
    `  FROM \`\${dataset}.${increments.table}\` AS increment, UNNEST(increment.events) AS event`,
  ].join("\n");
}

/** Each retracted hour, with the time before which its increments were made in error. */
const retractedSql = (stream: Stream): string =>
  [
    "  SELECT retracted_hour AS hour, MAX(retraction.appended_before) AS appended_before",
    "  FROM `${dataset}.retractions` AS retraction, UNNEST(",
    "    GENERATE_TIMESTAMP_ARRAY(retraction.hour_from, retraction.hour_to, INTERVAL 1 HOUR)",
    "  ) AS retracted_hour",
    `  WHERE retraction.stream = '${stream.name}' AND retracted_hour < retraction.hour_to`,
    "  GROUP BY retracted_hour",
  ].join("\n");

const countedSql = ({ keyVersion, tombstones }: Stream): string =>
  [
    "  SELECT event.*",
    "  FROM delivered AS event",
    "  LEFT JOIN retracted ON retracted.hour = event.hour",
    "  WHERE (retracted.hour IS NULL OR event.appended_at >= retracted.appended_before)",
    ...(tombstones ? [`    AND ${withoutTombstoneSql(tombstones, "event.id")}`] : []),
    // By the hour, too, so that a filter on it need not read all increments.
    ...(keyVersion
      ? [
          `  QUALIFY event.${keyVersion} =`,
          `    MAX(event.${keyVersion}) OVER (PARTITION BY event.hour, event.id)`,
        ]
      : []),
  ].join("\n");

/** GoogleSQL condition: no tombstone has this id. */
export const withoutTombstoneSql = (
  { table, where }: NonNullable<Stream["tombstones"]>,
  id: string,
): string =>
  [
    "NOT EXISTS (",
    `      SELECT 1 FROM \`\${dataset}.${table}\` AS tombstone`,
    `      WHERE ${where} AND tombstone.id = ${id}`,
    "    )",
  ].join("\n");

function measureSql(measure: Measure): string {
  if (measure.counts === "distinct") {
    return `COUNT(DISTINCT event.${measure.member}) AS ${measure.name}`;
  }
  if (measure.where === undefined) return `COUNT(DISTINCT event.id) AS ${measure.name}`;
  const { member, isNot } = measure.where;
  return `COUNT(DISTINCT IF(event.${member} != '${isNot}', event.id, NULL)) AS ${measure.name}`;
}
