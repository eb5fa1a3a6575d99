import { failedEvent } from "../events/failed-event.v1.ts";
import { redrive } from "../events/redrive.v1.ts";
import { retraction } from "../events/retraction.v1.ts";
import { tweet } from "../events/tweet.v1.ts";
import type { Stream } from "../streams/stream.ts";
import { streams } from "../streams/streams.ts";
import type { Table } from "./table.ts";

const incrementsTable = (stream: Stream): Table => ({
  name: stream.increments.table,
  description: `Increments: ${stream.description}. Count distinct events.id, as view ${stream.view.name} does`,
  row: stream.increments.row,
  // Not by the hour: BigQuery takes no streamed rows into partitions of over ten years ago.
  partitionedBy: "appended_at",
  clusteredBy: ["hour", ...stream.key],
  topic: stream.increments.topic,
});

/** All tables that functions append to. */
export const tables: readonly Table[] = [
  {
    name: "tweets",
    description: "One row per delivered item: tweets, delete notices and ignored notices",
    row: tweet,
    partitionedBy: "received_at",
    // Views read tombstones and tweets apart.
    clusteredBy: ["outcome", "id"],
    topic: "append-tweets",
  },
  ...streams.map(incrementsTable),
  {
    name: "failed_events",
    description: "Events that could not be processed, with their original bytes and the reason",
    row: failedEvent,
    partitionedBy: "first_seen",
    clusteredBy: ["stage", "reason"],
    topic: "failed-events",
  },
  {
    name: "redrives",
    description: "Failed events that were sent back to their topics",
    row: redrive,
    partitionedBy: "redriven_at",
    clusteredBy: ["failed_event_id"],
    topic: "append-redrives",
  },
  {
    name: "retractions",
    description: "Increments that count no longer: after a human error, before a replay",
    row: retraction,
    partitionedBy: "retracted_at",
    clusteredBy: ["stream"],
    topic: "append-retractions",
  },
];
