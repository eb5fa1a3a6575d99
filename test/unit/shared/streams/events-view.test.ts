import { expect, test } from "vitest";
import { eventsBetweenSql, eventsViewSql } from "../../../../shared/streams/events-view.ts";
import { streams } from "../../../../shared/streams/streams.ts";
import { urlMentions } from "../../../../shared/streams/url-mentions.ts";
import { checkedIn } from "../../../support/checked-in.ts";
import { follows } from "../../../support/follows-stream.ts";

test.each(streams)("the view of the events of $name is deployed as it stands", (stream) => {
  expect(eventsViewSql(stream)).toBe(checkedIn(`terraform/views/${stream.eventsView}.sql`));
});

test("what came of the hours is read, and of what a condition lets through every reading", () => {
  const conditions = ["event.followed = @followed", "event.id > ''"];
  expect(eventsBetweenSql(follows, "@from", "@to", conditions)).toBe(`WITH delivered AS (
  SELECT event.* FROM (
  SELECT
    increment.hour,
    increment.followed,
    increment.landed_at,
    event.id
  FROM (
    SELECT * FROM \`\${dataset}.follow_hour_increments\` AS increment
    WHERE increment.landed_at >= TIMESTAMP_SUB(@from, INTERVAL 2 HOUR)
      AND increment.hour >= @from
      AND increment.hour < @to
  ) AS increment, UNNEST(increment.events) AS event
  ) AS event
  JOIN (
    SELECT DISTINCT event.hour, event.id FROM (
  SELECT
    increment.hour,
    increment.followed,
    increment.landed_at,
    event.id
  FROM (
    SELECT * FROM \`\${dataset}.follow_hour_increments\` AS increment
    WHERE increment.landed_at >= TIMESTAMP_SUB(@from, INTERVAL 2 HOUR)
      AND increment.hour >= @from
      AND increment.hour < @to
  ) AS increment, UNNEST(increment.events) AS event
  ) AS event
    WHERE event.followed = @followed
      AND event.id > ''
  ) AS chosen ON chosen.hour = event.hour AND chosen.id = event.id
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
), distinct_events AS (
  SELECT event.*
  FROM counted AS event
  WHERE TRUE
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY event.hour, event.followed, event.id
  ) = 1
)
SELECT event.* EXCEPT (landed_at)
FROM distinct_events AS event`);
});

test("of posts, those that were deleted since are left out, and readings that mention no page", () => {
  const sql = eventsBetweenSql(urlMentions, "@from", "@to");
  const deleted = `
        AND tombstone.landed_at >= TIMESTAMP_SUB(@from, INTERVAL 2 HOUR)
    )`;
  expect(sql.split(deleted)).toHaveLength(4);
  expect(sql).toContain(`
    ORDER BY event.url, event.host, event.title, event.author, event.kind, event.source, event.revision, event.alias
  ) = 1`);
  // Of all of them every reading is read anyhow.
  expect(sql).not.toContain("chosen");
  expect(sql).toMatch(/FROM distinct_events AS event\nWHERE event.url_key IS NOT NULL$/);
});
