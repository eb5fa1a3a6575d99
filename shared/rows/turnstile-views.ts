import { turnstileRegister } from "../events/turnstile-register.v1.ts";
import { turnstileReadings } from "../streams/turnstile-readings.ts";
import type { View } from "./view.ts";

/** More passages than that between two readings, some hours apart, are no passages. */
const mostPassages = 10_000;
/** Readings on both sides that tell in which direction a register counts: half a week each. */
const neighbours = 21;

const device = "ca, unit, scp";
const station = "station, linename, division";

/** What columns say that are those of the registers. */
const told = (names: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(turnstileRegister.shape)
      .filter(([name]) => names.split(", ").includes(name))
      .map(([name, { description = "" }]) => [name, description]),
  );
const passed = { entries: "Passages in", exits: "Passages out" };
const moveColumns = {
  ...told(`${device}, ${station}, description`),
  since: "When they were read before, UTC",
  ...told("read_at, utc_offset_minutes"),
  entries: "What the register of passages in has moved, in its own direction",
  exits: "What the register of passages out has moved, in its own direction",
  entries_register_before: "The register of passages in, at the reading before",
  exits_register_before: "The register of passages out, at the reading before",
  entries_register: "The register of passages in, at this reading",
  exits_register: "The register of passages out, at this reading",
};
const outcome = {
  outcome: `counted, jump (more than ${mostPassages} at once) or backwards`,
};

/** Which way a register counts around a reading: the sign of most of its moves. */
const directionSql = (move: string): string =>
  `IF(SUM(IF(ABS(${move}) <= ${mostPassages}, SIGN(${move}), 0)) OVER around < 0, -1, 1)`;

const moves: View = {
  name: "turnstile_moves",
  description: "What each turnstile's registers moved between two readings, and whether it counts",
  sql: `-- What each turnstile's registers moved between two readings, and whether it counts. One reading
-- per device and instant; the one before may stand in another file. Registers that count down are told
-- by the majority of their moves around. Generated from shared/rows.
WITH reading AS (
  SELECT register.* EXCEPT (landed_at), CONCAT(ca, '/', unit, '/', scp) AS device
  FROM \`\${dataset}.turnstile_registers\` AS register
  WHERE TRUE
  QUALIFY IFNULL(read_at != LAG(read_at) OVER (
    PARTITION BY CONCAT(ca, '/', unit, '/', scp)
    ORDER BY read_at, IF(description = 'REGULAR', 0, 1), entries, exits
  ), TRUE)
), moved AS (
  SELECT
    reading.*,
    LAG(read_at) OVER of_device AS since,
    LAG(entries) OVER of_device AS entries_before,
    LAG(exits) OVER of_device AS exits_before,
    entries - LAG(entries) OVER of_device AS entries_move,
    exits - LAG(exits) OVER of_device AS exits_move
  FROM reading
  WINDOW of_device AS (PARTITION BY device ORDER BY read_at)
), directed AS (
  SELECT
    moved.*,
    ${directionSql("entries_move")} AS entries_direction,
    ${directionSql("exits_move")} AS exits_direction
  FROM moved
  WINDOW around AS (
    PARTITION BY device
    ORDER BY read_at
    ROWS BETWEEN ${neighbours} PRECEDING AND ${neighbours} FOLLOWING
  )
)
SELECT
  ${device},
  ${station},
  description,
  since,
  read_at,
  utc_offset_minutes,
  entries_move * entries_direction AS entries,
  exits_move * exits_direction AS exits,
  entries_before AS entries_register_before,
  exits_before AS exits_register_before,
  entries AS entries_register,
  exits AS exits_register,
  CASE
    WHEN entries_move * entries_direction BETWEEN 0 AND ${mostPassages}
      AND exits_move * exits_direction BETWEEN 0 AND ${mostPassages} THEN 'counted'
    WHEN ABS(entries_move) > ${mostPassages} OR ABS(exits_move) > ${mostPassages} THEN 'jump'
    ELSE 'backwards'
  END AS outcome
FROM directed
WHERE since IS NOT NULL
`,
  columns: { ...moveColumns, ...outcome },
};

const intervals: View = {
  name: "turnstile_intervals",
  description: "Passages between two readings of a turnstile's registers, those that count",
  sql: `-- Passages between two readings of a turnstile's registers; turnstile_set_aside has the intervals
-- that do not count. Generated from shared/rows.
SELECT * EXCEPT (outcome)
FROM \`\${dataset}.turnstile_moves\`
WHERE outcome = 'counted'
`,
  columns: moveColumns,
};

const setAside: View = {
  name: "turnstile_set_aside",
  description: "Intervals of turnstiles that do not count: jump or backwards, with both readings",
  sql: `-- Intervals that do not count, whole: a register that jumps (it was reset, or read wrongly), or one
-- that runs backwards. Generated from shared/rows.
SELECT *
FROM \`\${dataset}.turnstile_moves\`
WHERE outcome != 'counted'
`,
  columns: { ...moveColumns, ...outcome },
};

const passages: View = {
  name: "turnstile_passages",
  description: "Passages through turnstiles, by registers and by increments, in local time as well",
  sql: `-- Passages through turnstiles: intervals of registers, each at its end, and increments of streams.
-- Generated from shared/rows.
SELECT
  ${device},
  ${station},
  read_at,
  DATETIME(TIMESTAMP_ADD(read_at, INTERVAL utc_offset_minutes MINUTE)) AS local_time,
  entries,
  exits,
  'registers' AS origin
FROM \`\${dataset}.turnstile_moves\`
WHERE outcome = 'counted'
UNION ALL
SELECT
  ${device},
  ${station},
  event_time AS read_at,
  DATETIME(TIMESTAMP_ADD(event_time, INTERVAL utc_offset_minutes MINUTE)) AS local_time,
  entries,
  exits,
  'increments' AS origin
FROM \`\${dataset}.${turnstileReadings.eventsView}\`
`,
  columns: {
    ...told(`${device}, ${station}`),
    read_at: "When they had passed, UTC",
    local_time: "The same, as the clocks of New York showed it",
    ...passed,
    origin: "registers or increments",
  },
};

/** A column of a view: GoogleSQL over `turnstile_passages`, and what it says. */
type Column = readonly [sql: string, says: string];

/** A view of stations by something of the time. */
function stationView(
  name: string,
  description: string,
  columns: Readonly<Record<string, Column>>,
  more: Readonly<Record<string, Column>> = {},
): View {
  const lines = Object.entries({ ...columns, ...more });
  return {
    name,
    description: `${description}. A station is told by its name, lines and division`,
    sql: `-- ${description}. Names alone do not tell stations apart: five are
-- called 86 ST. Generated from shared/rows.
SELECT
  ${station.replaceAll(", ", ",\n  ")},
${lines.map(([column, [sql]]) => `  ${sql} AS ${column},\n`).join("")}  SUM(entries) AS entries,
  SUM(exits) AS exits
FROM \`\${dataset}.turnstile_passages\`
GROUP BY ${[station, ...Object.keys(columns)].join(", ")}
`,
    columns: {
      ...told(station),
      ...Object.fromEntries(lines.map(([column, [, says]]) => [column, says])),
      ...passed,
    },
  };
}

const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const slots = ["00:00", "04:00", "08:00", "12:00", "16:00", "20:00"];
const days: Record<string, Column> = {
  days: ["COUNT(DISTINCT DATE(local_time))", "Local days with passages: divide by it for the mean"],
};

/** One of a few texts, by a number from 0. */
const chosen = (number: string, texts: readonly string[]): string =>
  `CASE ${number} ${texts.map((text, index) => `WHEN ${index} THEN '${text}'`).join(" ")} END`;

/** Everything that is asked of turnstiles, in an order in which the views can be created. */
export const turnstileViews: readonly View[] = [
  moves,
  intervals,
  setAside,
  passages,
  stationView("turnstile_station_hours", "Passages by station and hour", {
    hour: ["TIMESTAMP_TRUNC(read_at, HOUR)", "Start of the UTC hour"],
    local_hour: ["DATETIME_TRUNC(local_time, HOUR)", "Start of the hour in New York"],
  }),
  stationView("turnstile_station_days", "Passages by station and local day", {
    local_date: ["DATE(local_time)", "Day in New York"],
  }),
  stationView(
    "turnstile_station_weekdays",
    "Passages by station and weekday, 1 being Sunday, with the number of days",
    {
      weekday: ["EXTRACT(DAYOFWEEK FROM local_time)", "Day of the week in New York: 1 is Sunday"],
      weekday_name: [
        chosen("EXTRACT(DAYOFWEEK FROM local_time) - 1", weekdays),
        "The same, in English",
      ],
    },
    days,
  ),
  stationView(
    "turnstile_station_slots",
    "Passages by station and slot of four hours of the local day, with the number of days",
    {
      slot: ["DIV(EXTRACT(HOUR FROM local_time), 4)", "Four hours of the day in New York: 0 to 5"],
      slot_start: [
        chosen("DIV(EXTRACT(HOUR FROM local_time), 4)", slots),
        "When the slot begins: 00:00, 04:00 …",
      ],
    },
    days,
  ),
];
