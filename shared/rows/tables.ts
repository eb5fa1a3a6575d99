import { anomaly } from "../events/anomaly.v1.ts";
import { closing } from "../events/closing.v1.ts";
import { failedEvent } from "../events/failed-event.v1.ts";
import { imageColor } from "../events/image-color.v1.ts";
import { post } from "../events/post.v1.ts";
import { redrive } from "../events/redrive.v1.ts";
import { retraction } from "../events/retraction.v1.ts";
import { tombstone } from "../events/tombstone.v1.ts";
import { turnstileRegister } from "../events/turnstile-register.v1.ts";
import { unlinked } from "../events/unlinked.v1.ts";
import type { Stream } from "../streams/stream.ts";
import { streams } from "../streams/streams.ts";
import { postWords } from "./post-words.ts";
import type { Table } from "./table.ts";

const incrementsTable = (stream: Stream): Table => ({
  name: stream.increments.table,
  description: `Increments: ${stream.description}. Count distinct events.id, as view ${stream.exactView} does`,
  row: stream.increments.row,
  clusteredBy: ["hour", ...stream.keys],
  topic: stream.increments.topic,
});

/** All tables that functions append to. */
export const tables: readonly Table[] = [
  {
    name: "posts",
    description: "One row per delivered item: posts, delete notices and ignored notices",
    row: post,
    derived: postWords,
    clusteredBy: ["outcome", "id"],
    topic: "append-posts",
  },
  {
    name: "tombstones",
    description: "Posts that were deleted and count no longer, one row per delivered notice",
    row: tombstone,
    clusteredBy: ["id"],
    topic: "append-tombstones",
  },
  {
    name: "unlinked",
    description: "Shared links that are not counted, each with the reason, per reading of a post",
    row: unlinked,
    clusteredBy: ["id"],
    topic: "append-unlinked",
  },
  ...streams.map(incrementsTable),
  {
    name: "turnstile_registers",
    description: "Cumulative registers of turnstiles, as they were read, as often as they came",
    row: turnstileRegister,
    clusteredBy: ["ca", "unit", "scp", "read_at"],
    topic: "append-turnstile-registers",
  },
  {
    name: "image_colors",
    description: "Dominant colours of images, one row per colour of each image that was uploaded",
    row: imageColor,
    clusteredBy: ["image"],
    topic: "append-image-colors",
  },
  {
    name: "failed_events",
    description: "Events that could not be processed, with their original bytes and the reason",
    row: failedEvent,
    clusteredBy: ["stage", "reason", "first_seen"],
    topic: "failed-events",
  },
  {
    name: "redrives",
    description: "Failed events that were sent back to their topics",
    row: redrive,
    clusteredBy: ["failed_event_id"],
    topic: "append-redrives",
  },
  {
    name: "retractions",
    description: "Increments that count no longer: after a human error, before a replay",
    row: retraction,
    clusteredBy: ["stream"],
    topic: "append-retractions",
  },
  {
    name: "closings",
    description: "How far the hours of each stream are closed, one row per run that closed any",
    row: closing,
    clusteredBy: ["stream"],
    topic: "append-closings",
  },
  {
    name: "anomalies",
    description: "Hours that are not as their history lets expect, as it was known at each closing",
    row: anomaly,
    clusteredBy: ["stream", "hour"],
    topic: "anomalies",
  },
];
