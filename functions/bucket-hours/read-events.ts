import { failRecord } from "../../shared/envelopes/fail-record.ts";
import type { PubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import { unpackRecords } from "../../shared/envelopes/unpack-records.ts";
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
 * The events of a message that fit the schema of its stream, and failed events for those that do
 * not. Unknown extra fields are accepted and left out.
 */
export function readEvents(
  stream: Stream,
  delivery: PubsubDelivery,
  context: { functionVersion: string; now: number },
): { events: StreamEvent[]; failed: FailedEvent[] } {
  const epoch = Date.parse(stream.epoch);
  const events: StreamEvent[] = [];
  const failed: FailedEvent[] = [];
  for (const record of unpackRecords(delivery.payload)) {
    const position = `records[${record.line}]`;
    const fail = (reason: FailureReason, issues: FailureIssue[]) => {
      const { functionVersion } = context;
      const original = record.bytes();
      const failure = { stage, functionVersion, reason, issues, items: 1, position, original };
      for (const event of failRecord(delivery, failure)) failed.push(event);
    };
    if ("reason" in record) {
      fail(record.reason, [{ path: position, message: record.message }]);
      continue;
    }
    const parsed = stream.event.safeParse(record.value);
    if (!parsed.success) {
      const issues = rebaseIssues(issuesOf(parsed.error), position);
      fail("invalid-field", issues);
    } else if (!isStreamEvent(parsed.data)) {
      throw new Error(`the events of stream ${stream.name} need an id and a time: see its schema`);
    } else if (!isPossibleTime(Date.parse(parsed.data.at), context.now, epoch)) {
      const message = "before the epoch of the stream, or more than an hour in the future";
      fail("impossible-time", [{ path: `${position}.at`, message }]);
    } else events.push(parsed.data);
  }
  return { events, failed };
}
