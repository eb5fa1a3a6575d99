import { closingsColumns, closingsViewSql } from "../streams/closings-view.ts";
import { countedEventsSql } from "../streams/count-events.ts";
import { eventsViewSql } from "../streams/events-view.ts";
import { eventsColumns, hoursColumns } from "../streams/hours-columns.ts";
import { exactViewSql, hoursViewSql } from "../streams/hours-view.ts";
import { streams } from "../streams/streams.ts";
import { urlMentions } from "../streams/url-mentions.ts";
import { anomaliesLatestSql } from "./anomalies-latest.ts";
import { documentWords } from "./document-words.ts";
import { imageColorsLatest } from "./image-colors-latest.ts";
import { interactionViews } from "./interaction-views.ts";
import { logViews } from "./log-views.ts";
import { postsLatestSql } from "./posts-latest.ts";
import { rowColumns } from "./row-columns.ts";
import { turnstileViews } from "./turnstile-views.ts";
import { urlViews } from "./url-views.ts";
import type { View } from "./view.ts";

const postsLatest: View = {
  name: "posts_latest",
  description: "Every post once, as its best informed reading has it; none that was deleted",
  sql: [
    "-- Every post once, as its best informed reading has it; none that was deleted, whenever that",
    "-- was told. Generated from shared/rows.",
    postsLatestSql(),
    "",
  ].join("\n"),
  columns: rowColumns("posts"),
};

const postHours: View = {
  name: "post_hours",
  description: "Posts by UTC hour: how many, by how many, of what kinds",
  sql: [
    "-- Posts by UTC hour: how many, by how many, of what kinds. Generated from shared/rows.",
    "SELECT",
    "  TIMESTAMP_TRUNC(event_time, HOUR) AS hour, COUNT(*) AS posts,",
    "  COUNT(DISTINCT author) AS authors, SUM(ARRAY_LENGTH(links)) AS links,",
    "  COUNTIF(kind = 'repost') AS reposts, COUNTIF(kind = 'quote') AS quotes,",
    "  COUNTIF(kind = 'reply') AS replies, COUNT(DISTINCT language) AS languages,",
    "  COUNT(DISTINCT source) AS sources",
    "FROM `${dataset}.posts_latest`",
    "GROUP BY hour",
    "",
  ].join("\n"),
  columns: {
    hour: "Start of the UTC hour in which the posts were created",
    posts: "Distinct posts that were not deleted, each as its best informed reading has it",
    authors: "Distinct authors",
    links: "Links that the posts share, counted or not",
    reposts: "Posts that repost another one",
    quotes: "Posts that quote another one",
    replies: "Posts that reply to another one",
    languages: "Distinct languages, as the sources tell them",
    sources: "Distinct networks",
  },
};

const { revision: _revision, landed_at: _landedAt, ...unlinkedColumns } = rowColumns("unlinked");

const unlinkedLatest: View = {
  name: "unlinked_latest",
  description: "Each link once that posts share and that is not counted, with the reason",
  sql: [
    "-- Each link once that the readings that count share and that is not counted itself: with the",
    "-- mentions of url_hours_exact they are all shared links. Generated from shared/rows.",
    `${countedEventsSql(urlMentions)}, reading AS (`,
    "  SELECT DISTINCT id, revision FROM counted",
    ")",
    "SELECT link.* EXCEPT (revision, landed_at)",
    "FROM `${dataset}.unlinked` AS link",
    "JOIN reading ON reading.id = link.id AND reading.revision = link.revision",
    "LEFT JOIN retracted ON retracted.hour = TIMESTAMP_TRUNC(link.event_time, HOUR)",
    "WHERE retracted.hour IS NULL OR link.landed_at >= retracted.landed_before",
    "QUALIFY",
    "  ROW_NUMBER() OVER (PARTITION BY link.id, link.url ORDER BY link.event_time DESC, link.slot) = 1",
    "",
  ].join("\n"),
  columns: unlinkedColumns,
};

const failedEventsOpen: View = {
  name: "failed_events_open",
  description: "Failed events that were not sent back yet, each part once",
  sql: [
    "-- Failed events that were not sent back yet, each part once. Generated from shared/rows.",
    "SELECT *",
    "FROM `${dataset}.failed_events` AS failed",
    "WHERE NOT EXISTS (",
    "  SELECT 1 FROM `${dataset}.redrives` AS redrive WHERE redrive.failed_event_id = failed.id",
    ")",
    // An id has one time and one stage: naming them lets filters on both reach the table.
    "QUALIFY ROW_NUMBER() OVER (",
    "  PARTITION BY first_seen, stage, id, part ORDER BY function_version DESC, reason",
    ") = 1",
    "",
  ].join("\n"),
  columns: rowColumns("failed_events"),
};

const anomaliesLatest: View = {
  name: "anomalies_latest",
  description:
    "What is said of unusual hours by what is known now, once for each stream, key and hour",
  sql: [
    "-- What is said of unusual hours by what is known now, once for each stream, key and hour: nothing",
    "-- that was withdrawn. Generated from shared/rows.",
    anomaliesLatestSql(),
    "",
  ].join("\n"),
  columns: rowColumns("anomalies"),
};

const receipts: View = {
  name: "receipts",
  description: "Every row of posts without what the post says: what came, when, and how late",
  sql: [
    "-- Every row of posts without what the post says: what came, when, and how late.",
    "-- Generated from shared/rows.",
    "SELECT",
    "  receipt.landed_at, receipt.received_at, receipt.event_time, receipt.source, receipt.outcome,",
    "  receipt.reason, receipt.id, receipt.message_id, receipt.position",
    "FROM `${dataset}.posts` AS receipt",
    "",
  ].join("\n"),
  columns: rowColumns("posts", [
    "landed_at",
    "received_at",
    "event_time",
    "source",
    "outcome",
    "reason",
    "id",
    "message_id",
    "position",
  ]),
};

const failures: View = {
  name: "failures",
  description: "Every failed event without its bytes, and whether it was sent back",
  sql: [
    "-- Every failed event without its bytes, and whether it was sent back. Generated from shared/rows.",
    "SELECT",
    "  failed.landed_at, failed.first_seen, failed.id, failed.stage, failed.reason, failed.items,",
    "  EXISTS (",
    "    SELECT 1 FROM `${dataset}.redrives` AS redrive WHERE redrive.failed_event_id = failed.id",
    "  ) AS is_redriven",
    "FROM `${dataset}.failed_events` AS failed",
    "",
  ].join("\n"),
  columns: {
    ...rowColumns("failed_events", ["landed_at", "first_seen", "id", "stage", "reason", "items"]),
    is_redriven: "Whether it was sent back",
  },
};

/** All views, in an order in which they can be created. */
export const views: readonly View[] = [
  postsLatest,
  unlinkedLatest,
  failedEventsOpen,
  anomaliesLatest,
  ...streams.flatMap((stream) => [
    {
      name: stream.exactView,
      description: `${stream.description}: by UTC hour, all from increments: exact at once, at full cost`,
      sql: exactViewSql(stream),
      columns: hoursColumns(stream),
    },
    {
      name: stream.view,
      description: `${stream.description}: by UTC hour, closed hours from their totals`,
      sql: hoursViewSql(stream),
      columns: hoursColumns(stream),
    },
  ]),
  ...streams.map((stream) => ({
    name: stream.eventsView,
    description: `${stream.description}: every event that counts, once for its key`,
    sql: eventsViewSql(stream),
    columns: eventsColumns(stream),
  })),
  ...urlViews,
  ...turnstileViews,
  ...logViews,
  documentWords,
  imageColorsLatest,
  receipts,
  failures,
  ...streams.map((stream) => ({
    name: stream.closingsView,
    description: `${stream.description}: closed hours, each with its newest closing`,
    sql: closingsViewSql(stream),
    columns: closingsColumns,
  })),
  postHours,
  ...interactionViews,
];
