import type { PubsubDelivery } from "../envelopes/pubsub-delivery.ts";
import type { FailedEvent } from "../events/failed-event.v1.ts";
import { type HoursClosed, hoursClosed } from "../events/hours-closed.v1.ts";
import { issuesOf } from "../events/issues-of.ts";
import type { Stream } from "../streams/stream.ts";
import { type ReadRecord, readRecords } from "./read-records.ts";

/** The hours that a message says are closed, and failed events for records that say no such thing. */
export function readClosedHours(
  delivery: PubsubDelivery,
  context: { stage: string; functionVersion: string; streams: readonly Stream[] },
): { closed: HoursClosed[]; failed: FailedEvent[] } {
  const { read, failed } = readRecords(delivery, {
    stage: context.stage,
    functionVersion: context.functionVersion,
    read: (value): ReadRecord<HoursClosed> => {
      const parsed = hoursClosed.safeParse(value);
      if (!parsed.success) return { reason: "invalid-field", issues: issuesOf(parsed.error) };
      if (!context.streams.some(({ name }) => name === parsed.data.stream)) {
        return { reason: "invalid-field", issues: [{ path: "stream", message: "not a stream" }] };
      }
      return { read: parsed.data };
    },
  });
  return { closed: read, failed };
}
