import { expect, test } from "vitest";
import * as z from "zod";
import { hoursViewSql } from "../../../../shared/streams/hours-view.ts";
import { incrementRow, type Stream } from "../../../../shared/streams/stream.ts";
import { urlMentions } from "../../../../shared/streams/url-mentions.ts";

/** A stream without key versions, labels and deletes, whose author is both key and member. */
const follows: Stream = {
  name: "follows",
  schema: "follow.v1",
  description: "Follows",
  event: z.object({ id: z.string(), at: z.string(), author: z.string() }),
  epoch: "2020-01-01T00:00:00Z",
  key: ["author"],
  labels: [],
  members: ["id", "author"],
  increments: {
    topic: "append-follow-hours",
    table: "follow_hour_increments",
    row: incrementRow({ key: { author: z.string() }, labels: {}, members: { id: z.string() } }),
  },
  view: { name: "follow_hours", measures: [{ name: "follows", counts: "events" }] },
};

test("a stream without versions and deletes gets a view without them", () => {
  expect(
    hoursViewSql(follows),
  ).toBe(`-- Follows: exact counts by UTC hour. Generated from shared/streams.
WITH delivered AS (
  SELECT
    increment.hour,
    increment.author,
    increment.appended_at,
    event.id
  FROM \`\${dataset}.follow_hour_increments\` AS increment, UNNEST(increment.events) AS event
), retracted AS (
  SELECT retracted_hour AS hour, MAX(retraction.appended_before) AS appended_before
  FROM \`\${dataset}.retractions\` AS retraction, UNNEST(
    GENERATE_TIMESTAMP_ARRAY(retraction.hour_from, retraction.hour_to, INTERVAL 1 HOUR)
  ) AS retracted_hour
  WHERE retraction.stream = 'follows' AND retracted_hour < retraction.hour_to
  GROUP BY retracted_hour
), counted AS (
  SELECT event.*
  FROM delivered AS event
  LEFT JOIN retracted ON retracted.hour = event.hour
  WHERE (retracted.hour IS NULL OR event.appended_at >= retracted.appended_before)
)
SELECT
  event.hour,
  event.author,
  COUNT(DISTINCT event.id) AS follows
FROM counted AS event
GROUP BY event.hour, event.author
`);
});

test("a stream with versions and deletes reads its increments once", () => {
  const sql = hoursViewSql(urlMentions);
  expect(sql.match(/url_hour_increments/g)).toHaveLength(1);
  expect(sql).toContain("WHERE outcome = 'delete' AND tombstone.id = event.id");
  // Without the hour, a filter on it could not reach the increments.
  expect(sql).toContain("MAX(event.key_version) OVER (PARTITION BY event.hour, event.id)");
});
