import { hoursViewSql } from "../streams/hours-view.ts";
import { streams } from "../streams/streams.ts";

/** A BigQuery view; `sql` is GoogleSQL with `${dataset}` for `project.dataset`. */
export type View = { name: string; description: string; sql: string };

const tweetsLatest: View = {
  name: "tweets_latest",
  description: "Every tweet once, as it was last delivered",
  sql: [
    "-- Every tweet once, as it was last delivered. Generated from shared/rows.",
    "SELECT *",
    "FROM `${dataset}.tweets`",
    "WHERE outcome = 'tweet'",
    "QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY received_at DESC, message_id, position) = 1",
    "",
  ].join("\n"),
};

/** All views, in an order in which they can be created. */
export const views: readonly View[] = [
  tweetsLatest,
  ...streams.map((stream) => ({
    name: stream.view.name,
    description: `${stream.description}: exact, by UTC hour`,
    sql: hoursViewSql(stream),
  })),
];
