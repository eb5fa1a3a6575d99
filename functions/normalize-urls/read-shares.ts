import { type ReadRecord, readRecords } from "../../shared/codec/read-records.ts";
import type { PubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import { possibleTimes } from "../../shared/events/event-time.ts";
import type { FailedEvent } from "../../shared/events/failed-event.v1.ts";
import { issuesOf } from "../../shared/events/issues-of.ts";
import { type LinkShare, linkShare } from "../../shared/events/link-share.v1.ts";
import { urlMentions } from "../../shared/streams/url-mentions.ts";

const epoch = Date.parse(urlMentions.epoch);

/**
 * What `judge` makes of each link share of a message, and failed events for records that are none. Of
 * a share nothing else is kept, so that only one is alive at a time.
 */
export function readShares<Judged>(
  delivery: PubsubDelivery,
  context: { functionVersion: string; now: number },
  judge: (share: LinkShare) => Judged,
): { judged: Judged[]; failed: FailedEvent[] } {
  const isPossible = possibleTimes(context.now, epoch);
  const { read, failed } = readRecords(delivery, {
    stage: "normalize-urls",
    functionVersion: context.functionVersion,
    read: (value) => readShare(value, isPossible, judge),
  });
  return { judged: read, failed };
}

function readShare<Judged>(
  value: unknown,
  isPossible: (eventTime: string) => boolean,
  judge: (share: LinkShare) => Judged,
): ReadRecord<Judged> {
  const parsed = linkShare.safeParse(value);
  if (!parsed.success) return { reason: "invalid-field", issues: issuesOf(parsed.error) };
  if (!isPossible(parsed.data.event_time)) {
    const message = "before 2006-03-21, or more than an hour in the future";
    return { reason: "impossible-time", issues: [{ path: "event_time", message }] };
  }
  return { read: judge(parsed.data) };
}
