import { type ReadRecord, readRecords } from "../../shared/codec/read-records.ts";
import type { PubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import { isPossibleTime } from "../../shared/events/event-time.ts";
import type { FailedEvent } from "../../shared/events/failed-event.v1.ts";
import { issuesOf } from "../../shared/events/issues-of.ts";
import { type LinkShare, linkShare } from "../../shared/events/link-share.v1.ts";
import { urlMentions } from "../../shared/streams/url-mentions.ts";

const epoch = Date.parse(urlMentions.epoch);

/** The link shares of a message, and failed events for records that are none. */
export function readShares(
  delivery: PubsubDelivery,
  context: { functionVersion: string; now: number },
): { shares: LinkShare[]; failed: FailedEvent[] } {
  const { read, failed } = readRecords(delivery, {
    stage: "normalize-urls",
    functionVersion: context.functionVersion,
    read: (value) => readShare(value, context.now),
  });
  return { shares: read, failed };
}

function readShare(value: unknown, now: number): ReadRecord<LinkShare> {
  const parsed = linkShare.safeParse(value);
  if (!parsed.success) return { reason: "invalid-field", issues: issuesOf(parsed.error) };
  if (!isPossibleTime(Date.parse(parsed.data.event_time), now, epoch)) {
    const message = "before 2006-03-21, or more than an hour in the future";
    return { reason: "impossible-time", issues: [{ path: "event_time", message }] };
  }
  return { read: parsed.data };
}
