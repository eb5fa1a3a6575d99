import type { Measure, Stream } from "./stream.ts";

/**
 * GoogleSQL of the exact view of a stream: one row per hour and key, counted over distinct event
 * ids, so that nothing delivered twice is counted twice. `${dataset}` is left for the deployment.
 */
export function hoursViewSql(stream: Stream): string {
  const label = (name: string) =>
    `ARRAY_AGG(increment.${name} ORDER BY event.id, increment.${name} LIMIT 1)[OFFSET(0)] AS ${name}`;
  const columns = [
    "increment.hour",
    ...stream.key.map((name) => `increment.${name}`),
    ...stream.labels.map(label),
    ...stream.view.measures.map(measureSql),
  ];
  const groups = ["increment.hour", ...stream.key.map((name) => `increment.${name}`)];
  return [
    `-- ${stream.description}: exact counts by UTC hour. Generated from shared/streams.`,
    "SELECT",
    `${columns.map((column) => `  ${column}`).join(",\n")}`,
    `FROM \`\${dataset}.${stream.increments.table}\` AS increment, UNNEST(increment.events) AS event`,
    `GROUP BY ${groups.join(", ")}`,
    "",
  ].join("\n");
}

function measureSql(measure: Measure): string {
  if (measure.counts === "distinct") {
    return `COUNT(DISTINCT event.${measure.member}) AS ${measure.name}`;
  }
  if (measure.where === undefined) return `COUNT(DISTINCT event.id) AS ${measure.name}`;
  const { member, isNot } = measure.where;
  return `COUNT(DISTINCT IF(event.${member} != '${isNot}', event.id, NULL)) AS ${measure.name}`;
}
