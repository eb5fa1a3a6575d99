import { hoursViewSql, withoutTombstoneSql } from "../streams/hours-view.ts";
import { streams } from "../streams/streams.ts";

/** A BigQuery view; `sql` is GoogleSQL with `${dataset}` for `project.dataset`. */
export type View = { name: string; description: string; sql: string };

const tweetsLatest: View = {
  name: "tweets_latest",
  description: "Every tweet once, as it was last delivered; none that was deleted",
  sql: [
    "-- Every tweet once, as it was last delivered; none that was deleted, whenever that was told.",
    "-- Generated from shared/rows.",
    "SELECT *",
    "FROM `${dataset}.tweets` AS tweet",
    "WHERE tweet.outcome = 'tweet'",
    `  AND ${withoutTombstoneSql({ table: "tweets", where: "outcome = 'delete'" }, "tweet.id")}`,
    "QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY received_at DESC, message_id, position) = 1",
    "",
  ].join("\n"),
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
};

/** All views, in an order in which they can be created. */
export const views: readonly View[] = [
  tweetsLatest,
  failedEventsOpen,
  ...streams.map((stream) => ({
    name: stream.view.name,
    description: `${stream.description}: exact, by UTC hour`,
    sql: hoursViewSql(stream),
  })),
];
