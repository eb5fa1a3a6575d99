import { turnstileReadings } from "../streams/turnstile-readings.ts";
import type { TableFunction } from "./table-function.ts";

const fields = turnstileReadings.keys.join(", ");

/** Readings of streams with the window that each is in, by its number since 1970. */
const numberedSql = `SELECT
    event.*,
    DATE(TIMESTAMP_ADD(event_time, INTERVAL utc_offset_minutes MINUTE)) AS local_date,
    DIV(
      UNIX_SECONDS(event_time),
      60 * IF(length_minutes >= 5, length_minutes, ERROR('length_minutes must be 5 or more'))
    ) AS window_number
  FROM \`\${dataset}.${turnstileReadings.eventsView}\` AS event`;
const windowEnd = "TIMESTAMP_SECONDS((window_number + 1) * length_minutes * 60)";
const localEnd = `TIMESTAMP_ADD(${windowEnd}, INTERVAL MIN(utc_offset_minutes) MINUTE)`;

/** What is asked of turnstiles for a length or a time of one's own. */
export const turnstileFunctions: readonly TableFunction[] = [
  {
    name: "turnstile_windows",
    description:
      "Passages that streams tell of by device and window of so many minutes, five or more, from midnight UTC of 1970 on",
    arguments: [{ name: "length_minutes", type: "INT64" }],
    sql: `-- Passages that streams tell of, each once, by device, local date and window. Generated from shared/rows.
SELECT
  TIMESTAMP_SECONDS(window_number * length_minutes * 60) AS window_start,
  ${windowEnd} AS window_end,
  ${fields},
  local_date,
  COUNT(*) AS readings,
  SUM(entries) AS entries,
  SUM(exits) AS exits
FROM (
  ${numberedSql}
)
GROUP BY window_number, ${fields}, local_date
`,
  },
  {
    name: "turnstile_lines",
    description:
      "The same as lines of 13 fields, as streams of turnstiles have them: DATE and TIME are New York's, TIME is the end of the window",
    arguments: [{ name: "length_minutes", type: "INT64" }],
    sql: `-- Windows as lines of 13 fields, as streams of turnstiles have them. Generated from shared/rows.
SELECT
  ca AS CA,
  unit AS UNIT,
  scp AS SCP,
  station AS STATION,
  linename AS LINENAME,
  division AS DIVISION,
  FORMAT_DATE('%m-%d-%y', local_date) AS \`DATE\`,
  FORMAT_TIMESTAMP('%H:%M:%S', ${localEnd}) AS \`TIME\`,
  description AS \`DESC\`,
  SUM(entries) AS ENTRIES,
  SUM(exits) AS EXITS,
  CONCAT(ca, '/', unit, '/', scp, '/', description, '/', CAST(window_number AS STRING)) AS ID,
  FORMAT_TIMESTAMP('%Y-%m-%d %H:%M:%S', ${localEnd}) AS \`TIMESTAMP\`
FROM (
  ${numberedSql}
)
GROUP BY window_number, ${fields}, local_date
`,
  },
  {
    name: "turnstile_top_stations",
    description: "Stations by their passages between two local dates, both included",
    arguments: [
      { name: "first_date", type: "DATE" },
      { name: "last_date", type: "DATE" },
    ],
    sql: `-- Stations by their passages between two local dates. Generated from shared/rows.
SELECT
  station,
  linename,
  division,
  SUM(entries) AS entries,
  SUM(exits) AS exits,
  RANK() OVER (ORDER BY SUM(entries) DESC) AS entries_rank,
  RANK() OVER (ORDER BY SUM(exits) DESC) AS exits_rank
FROM \`\${dataset}.turnstile_station_days\`
WHERE local_date BETWEEN first_date AND last_date
GROUP BY station, linename, division
`,
  },
];
