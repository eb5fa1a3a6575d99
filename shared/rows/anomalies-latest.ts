import { landedFrom } from "../streams/landed-from.ts";

/**
 * GoogleSQL of what is said of unusual hours by what is known now, once for each stream, key and hour. With
 * `from`, a constant expression, only of hours since, perhaps with older ones: whatever landed before is
 * not read. `${dataset}` is left for the deployment.
 */
export const anomaliesLatestSql = (from?: string): string =>
  [
    "SELECT *",
    "FROM `${dataset}.anomalies` AS anomaly",
    `WHERE ${from === undefined ? "TRUE" : `anomaly.landed_at >= ${landedFrom(from)}`}`,
    "QUALIFY anomaly.state != 'withdrawn' AND ROW_NUMBER() OVER (",
    "  PARTITION BY stream, key, hour ORDER BY revision DESC, landed_at",
    ") = 1",
  ].join("\n");
