import { expect, test } from "vitest";
import * as z from "zod";
import { key, label, measure, member } from "../../../../shared/streams/field-roles.ts";
import {
  exactViewSql,
  hoursBetweenSql,
  hoursViewSql,
} from "../../../../shared/streams/hours-view.ts";
import { declareStream } from "../../../../shared/streams/stream.ts";
import { streams } from "../../../../shared/streams/streams.ts";
import { urlMentions } from "../../../../shared/streams/url-mentions.ts";
import { checkedIn } from "../../../support/checked-in.ts";
import { follows } from "../../../support/follows-stream.ts";

/** A stream with sums. */
const readings = declareStream({
  name: "meter-readings",
  counts: "meter_reading",
  description: "Readings of meters",
  epoch: "2020-01-01T00:00:00Z",
  fields: {
    meter: key(z.string(), "The meter"),
    place: label(z.string().optional(), "Where it is"),
    mode: member(z.string(), "day or night"),
    kwh: measure(z.int(), "What was used"),
  },
  measures: {
    kwh: { counts: "sum", of: "kwh", description: "All" },
    night_kwh: {
      counts: "sum",
      of: "kwh",
      where: { field: "mode", is: "night" },
      description: "At night",
    },
    modes: { counts: "distinct", of: "mode", description: "How many modes" },
  },
});

test("a stream without revisions and deletes gets a view without them", () => {
  expect(
    exactViewSql(follows),
  ).toBe(`-- Follows: exact counts by UTC hour. Generated from shared/streams.
WITH delivered AS (
  SELECT
    increment.hour,
    increment.followed,
    increment.landed_at,
    event.id
  FROM \`\${dataset}.follow_hour_increments\` AS increment, UNNEST(increment.events) AS event
), retracted AS (
  SELECT retracted_hour AS hour, MAX(retraction.landed_before) AS landed_before
  FROM \`\${dataset}.retractions\` AS retraction, UNNEST(
    GENERATE_TIMESTAMP_ARRAY(retraction.hour_from, retraction.hour_to, INTERVAL 1 HOUR)
  ) AS retracted_hour
  WHERE retraction.stream = 'follows' AND retracted_hour < retraction.hour_to
  GROUP BY retracted_hour
), counted AS (
  SELECT event.*
  FROM delivered AS event
  LEFT JOIN retracted ON retracted.hour = event.hour
  WHERE (retracted.hour IS NULL OR event.landed_at >= retracted.landed_before)
)
SELECT
  event.hour,
  event.followed,
  COUNT(DISTINCT event.id) AS follows
FROM counted AS event
GROUP BY event.hour, event.followed
`);
});

test("the view takes closed hours from totals, open ones from what landed in two days", () => {
  expect(
    hoursViewSql(follows),
  ).toBe(`-- Follows: counts by UTC hour, closed hours from their totals. Generated from
-- shared/streams.
WITH delivered AS (
  SELECT
    increment.hour,
    increment.followed,
    increment.landed_at,
    event.id
  FROM (
    SELECT * FROM \`\${dataset}.follow_hour_increments\` AS increment
    WHERE increment.landed_at >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 2 DAY)
  ) AS increment, UNNEST(increment.events) AS event
), retracted AS (
  SELECT retracted_hour AS hour, MAX(retraction.landed_before) AS landed_before
  FROM \`\${dataset}.retractions\` AS retraction, UNNEST(
    GENERATE_TIMESTAMP_ARRAY(retraction.hour_from, retraction.hour_to, INTERVAL 1 HOUR)
  ) AS retracted_hour
  WHERE retraction.stream = 'follows' AND retracted_hour < retraction.hour_to
  GROUP BY retracted_hour
), counted AS (
  SELECT event.*
  FROM delivered AS event
  LEFT JOIN retracted ON retracted.hour = event.hour
  WHERE (retracted.hour IS NULL OR event.landed_at >= retracted.landed_before)
), open_hours AS (
  SELECT
    event.hour,
    event.followed,
    COUNT(DISTINCT event.id) AS follows
  FROM counted AS event
  GROUP BY event.hour, event.followed
), revised AS (
  SELECT hour, followed, follows, revision, closing.keys IS NOT NULL AS is_header
  FROM \`\${dataset}.follow_hour_totals\` AS total
  UNION ALL
  SELECT hour, followed, follows, 0 AS revision, FALSE AS is_header
  FROM open_hours
)
SELECT hour, followed, follows
FROM revised
WHERE TRUE
QUALIFY NOT is_header
  AND revision = COALESCE(MAX(IF(is_header, revision, NULL)) OVER (PARTITION BY hour), 0)
`);
});

test("what is summed is there once for each event of a key", () => {
  const sql = exactViewSql(readings);
  expect(sql).toContain(`
SELECT
  event.hour,
  event.meter,
  ARRAY_AGG(event.place IGNORE NULLS ORDER BY event.id, event.place LIMIT 1)[SAFE_OFFSET(0)] AS place,
  COALESCE(SUM(event.kwh), 0) AS kwh,
  COALESCE(SUM(IF(event.mode = 'night', event.kwh, NULL)), 0) AS night_kwh,
  COUNT(DISTINCT event.mode) AS modes
FROM (
  SELECT event.*
  FROM counted AS event
  WHERE TRUE
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY event.hour, event.meter, event.id
    ORDER BY event.kwh DESC, event.place, event.mode
  ) = 1
) AS event
GROUP BY event.hour, event.meter
`);
});

test("a stream with revisions and deletes reads its increments once", () => {
  const sql = exactViewSql(urlMentions);
  expect(sql.match(/url_hour_increments/g)).toHaveLength(1);
  for (const name of ["event.id", "event.alias", "CONCAT(event.author, '/*')"]) {
    expect(sql).toContain(`AS tombstone WHERE tombstone.id = ${name}`);
  }
  // Without the hour, a filter on it could not reach the increments.
  expect(sql).toContain("MAX(event.revision) OVER (PARTITION BY event.hour, event.id)");
  expect(sql).toContain("WHERE event.url_key IS NOT NULL\nGROUP BY");
});

test("between two hours, what is closed is not counted once more", () => {
  expect(hoursBetweenSql(follows, "@from", "@to")).toBe(`WITH delivered AS (
  SELECT
    increment.hour,
    increment.followed,
    increment.landed_at,
    event.id
  FROM (
    SELECT * FROM \`\${dataset}.follow_hour_increments\` AS increment
    WHERE increment.landed_at >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 2 DAY)
      AND increment.landed_at >= TIMESTAMP_SUB(@from, INTERVAL 2 HOUR)
      AND increment.hour >= @from AND increment.hour < @to
      AND increment.hour NOT IN (
        SELECT header.hour FROM \`\${dataset}.follow_hour_totals\` AS header
        WHERE header.closing.keys IS NOT NULL AND header.hour >= @from AND header.hour < @to
      )
  ) AS increment, UNNEST(increment.events) AS event
), retracted AS (
  SELECT retracted_hour AS hour, MAX(retraction.landed_before) AS landed_before
  FROM \`\${dataset}.retractions\` AS retraction, UNNEST(
    GENERATE_TIMESTAMP_ARRAY(retraction.hour_from, retraction.hour_to, INTERVAL 1 HOUR)
  ) AS retracted_hour
  WHERE retraction.stream = 'follows' AND retracted_hour < retraction.hour_to
  GROUP BY retracted_hour
), counted AS (
  SELECT event.*
  FROM delivered AS event
  LEFT JOIN retracted ON retracted.hour = event.hour
  WHERE (retracted.hour IS NULL OR event.landed_at >= retracted.landed_before)
), open_hours AS (
  SELECT
    event.hour,
    event.followed,
    COUNT(DISTINCT event.id) AS follows
  FROM counted AS event
  GROUP BY event.hour, event.followed
), closed AS (
  SELECT header.hour, MAX(header.revision) AS revision FROM \`\${dataset}.follow_hour_totals\` AS header
  WHERE header.closing.keys IS NOT NULL AND header.hour >= @from AND header.hour < @to
  GROUP BY header.hour
)
SELECT total.hour, total.followed, total.follows
FROM \`\${dataset}.follow_hour_totals\` AS total
JOIN closed ON closed.hour = total.hour AND closed.revision = total.revision
WHERE total.closing.keys IS NULL AND total.hour >= @from AND total.hour < @to
UNION ALL
SELECT hour, followed, follows FROM open_hours`);
});

test("of posts, whatever was deleted in three days counts in no open hour", () => {
  const deleted = `
        AND tombstone.landed_at >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 3 DAY)
    )`;
  for (const sql of [hoursViewSql(urlMentions), hoursBetweenSql(urlMentions, "@from", "@to")]) {
    expect(sql.split(deleted)).toHaveLength(4);
  }
});

test.each(streams)("the views of $name are deployed as they stand", (stream) => {
  expect(exactViewSql(stream)).toBe(checkedIn(`terraform/views/${stream.exactView}.sql`));
  expect(hoursViewSql(stream)).toBe(checkedIn(`terraform/views/${stream.view}.sql`));
});
