import { expect, test } from "vitest";
import { anomaliesLatestSql } from "../../../../shared/rows/anomalies-latest.ts";

test.each([
  [undefined, "TRUE"],
  ["@from", "anomaly.landed_at >= TIMESTAMP_SUB(@from, INTERVAL 2 HOUR)"],
])("what is known now of unusual hours since %j, without what was withdrawn", (from, condition) => {
  expect(anomaliesLatestSql(from)).toBe(`SELECT *
FROM \`\${dataset}.anomalies\` AS anomaly
WHERE ${condition}
QUALIFY anomaly.state != 'withdrawn' AND ROW_NUMBER() OVER (
  PARTITION BY stream, key, hour ORDER BY revision DESC, landed_at
) = 1`);
});
