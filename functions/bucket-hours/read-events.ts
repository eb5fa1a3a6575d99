import { type ReadRecord, readRecords } from "../../shared/codec/read-records.ts";
import type { PubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import { possibleTimes } from "../../shared/events/event-time.ts";
import type { FailedEvent } from "../../shared/events/failed-event.v1.ts";
import { issuesOf } from "../../shared/events/issues-of.ts";
import type { Stream } from "../../shared/streams/stream.ts";
import type { StreamEvent } from "./bucket-hours.ts";

/** What every event has, whatever its stream. */
const isStreamEvent = (event: Record<string, unknown>): event is StreamEvent =>
  typeof event.id === "string" && typeof event.event_time === "string";

/**
 * The events of a message that fit the schema of its stream, how many bytes of JSON they were, and
 * failed events for those that do not. Unknown extra fields are accepted and left out.
 */
export function readEvents(
  stream: Stream,
  delivery: PubsubDelivery,
  context: { functionVersion: string; now: number },
): { events: StreamEvent[]; bytes: number; failed: FailedEvent[] } {
  const isPossible = possibleTimes(context.now, Date.parse(stream.epoch));
  const { read, bytes, failed } = readRecords(delivery, {
    stage: "bucket-hours",
    functionVersion: context.functionVersion,
    read: (value) => readEvent(stream, value, isPossible),
  });
  return { events: read, bytes, failed };
}

/** @throws {Error} when a stream is declared without what every event has. */
function readEvent(
  stream: Stream,
  value: unknown,
  isPossible: (eventTime: string) => boolean,
): ReadRecord<StreamEvent> {
  const parsed = stream.event.safeParse(value);
  if (!parsed.success) return { reason: "invalid-field", issues: issuesOf(parsed.error) };
  const event = parsed.data;
  if (!isStreamEvent(event)) {
    throw new Error(`the events of stream ${stream.name} need an id and a time: see its schema`);
  }
  if (!isPossible(event.event_time)) {
    const message = "before the epoch of the stream, or more than an hour in the future";
    return { reason: "impossible-time", issues: [{ path: "event_time", message }] };
  }
  return { read: event };
}
