import { failRecord } from "../../shared/codec/fail-record.ts";
import { type UnpackedRecord, unpackRecords } from "../../shared/codec/unpack-records.ts";
import type { PubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import { isPossibleTime } from "../../shared/events/event-time.ts";
import type {
  FailedEvent,
  FailureIssue,
  FailureReason,
} from "../../shared/events/failed-event.v1.ts";
import { issuesOf, rebaseIssues } from "../../shared/events/issues-of.ts";
import type { Stream } from "../../shared/streams/stream.ts";
import type { StreamEvent } from "./bucket-hours.ts";

const stage = "bucket-hours";

/** What every event has, whatever its stream. */
const isStreamEvent = (event: Record<string, unknown>): event is StreamEvent =>
  typeof event.id === "string" && typeof event.at === "string";

/**
 * The events of a message that fit the schema of its stream, their bytes as JSON, and failed events for those that do
 * not. Unknown extra fields are accepted and left out.
 */
export function readEvents(
  stream: Stream,
  delivery: PubsubDelivery,
  context: { functionVersion: string; now: number },
): { events: StreamEvent[]; bytes: number; failed: FailedEvent[] } {
  const events: StreamEvent[] = [];
  let bytes = 0;
  const failed: FailedEvent[] = [];
  const epoch = Date.parse(stream.epoch);
  const isPossible = (at: string) => isPossibleTime(Date.parse(at), context.now, epoch);
  for (const record of unpackRecords(delivery)) {
    const read = readEvent(stream, record, isPossible);
    if ("event" in read) {
      events.push(read.event);
      bytes += record.bytes.byteLength;
      continue;
    }
    const position = `records[${record.line}]`;
    const parts = failRecord(delivery, {
      stage,
      functionVersion: context.functionVersion,
      reason: read.reason,
      issues: rebaseIssues(read.issues, position),
      items: 1,
      position,
      original: record.bytes,
      isEncoded: record.isEncoded,
    });
    for (const part of parts) failed.push(part);
  }
  return { events, bytes, failed };
}

type ReadEvent = { event: StreamEvent } | { reason: FailureReason; issues: FailureIssue[] };

/** @throws {Error} when a stream is declared without what every event has. */
function readEvent(
  stream: Stream,
  record: UnpackedRecord,
  isPossible: (at: string) => boolean,
): ReadEvent {
  if ("reason" in record) {
    return { reason: record.reason, issues: [{ path: "", message: record.message }] };
  }
  const parsed = stream.event.safeParse(record.value);
  if (!parsed.success) return { reason: "invalid-field", issues: issuesOf(parsed.error) };
  const event = parsed.data;
  if (!isStreamEvent(event)) {
    throw new Error(`the events of stream ${stream.name} need an id and a time: see its schema`);
  }
  if (!isPossible(event.at)) {
    const message = "before the epoch of the stream, or more than an hour in the future";
    return { reason: "impossible-time", issues: [{ path: "at", message }] };
  }
  return { event };
}
