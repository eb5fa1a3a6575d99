import { distinctEventsSql, keyedSql } from "./count-events.ts";
import type { Stream } from "./stream.ts";

/**
 * GoogleSQL of the view of all events of a stream that count, each once for its key: what the hours
 * are made of, for whoever asks who it was, or how many different ones over several hours. A filter
 * on `hour` reaches the increments. `${dataset}` is left for the deployment.
 */
export const eventsViewSql = (stream: Stream): string =>
  [
    `-- ${stream.description}: every event that counts, once for its key. Generated from shared/streams.`,
    distinctEventsSql(stream),
    "SELECT event.* EXCEPT (landed_at)",
    "FROM distinct_events AS event",
    ...keyedSql(stream),
    "",
  ].join("\n");
