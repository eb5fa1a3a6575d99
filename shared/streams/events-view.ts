import { type Bounds, distinctEventsSql, keyedSql } from "./count-events.ts";
import { landedFrom } from "./landed-from.ts";
import type { Stream } from "./stream.ts";

/**
 * GoogleSQL of the view of all events of a stream that count, each once for its key: what the hours
 * are made of, for whoever asks who it was, or how many different ones over several hours. A filter
 * on `hour` reaches the increments, and reads all of their partitions. `${dataset}` is left for the
 * deployment.
 */
export const eventsViewSql = (stream: Stream): string =>
  [
    `-- ${stream.description}: every event that counts, once for its key. Generated from shared/streams.`,
    eventsSql(stream, {}),
    "",
  ].join("\n");

/**
 * GoogleSQL of the same events, of the hours from `from` to before `to`, which are constant expressions:
 * whatever landed before the first of them is not read. With conditions of `event`, all that fulfil
 * them, and perhaps others of the same posts.
 */
export const eventsBetweenSql = (
  stream: Stream,
  from: string,
  to: string,
  conditions: readonly string[] = [],
): string =>
  eventsSql(stream, {
    events: conditions,
    increments: [
      `increment.landed_at >= ${landedFrom(from)}`,
      `increment.hour >= ${from}`,
      `increment.hour < ${to}`,
    ],
    tombstones: [`tombstone.landed_at >= ${landedFrom(from)}`],
  });

const eventsSql = (stream: Stream, bounds: Bounds): string =>
  [
    distinctEventsSql(stream, bounds),
    "SELECT event.* EXCEPT (landed_at)",
    "FROM distinct_events AS event",
    ...keyedSql(stream),
  ].join("\n");
