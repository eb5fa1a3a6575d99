import { failRecord } from "../../shared/codec/fail-record.ts";
import { unpackRecords } from "../../shared/codec/unpack-records.ts";
import type { PubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import type {
  FailedEvent,
  FailureIssue,
  FailureReason,
} from "../../shared/events/failed-event.v1.ts";
import { rebaseIssues } from "../../shared/events/issues-of.ts";
import type { Tweet } from "../../shared/events/tweet.v1.ts";
import type { UrlMention } from "../../shared/events/url-mention.v1.ts";
import { normalizeItem } from "./normalize-item.ts";
import { recognizeItems } from "./recognize-items.ts";

/** All that one message turns into. */
export type NormalizedMessage = {
  mentions: UrlMention[];
  receipts: Tweet[];
  failed: FailedEvent[];
};

const stage = "normalize-tweets";

/**
 * Normalizes every item of every record of a message. Total: whatever the payload, each item ends
 * as a receipt or in a failed event of its record; its neighbours are not touched.
 */
export function normalizeMessage(
  delivery: PubsubDelivery,
  context: { functionVersion: string; now: number },
): NormalizedMessage {
  const mentions: UrlMention[] = [];
  const receipts: Tweet[] = [];
  const failed: FailedEvent[] = [];
  for (const record of unpackRecords(delivery)) {
    const position = `records[${record.line}]`;
    const failures: { reason: FailureReason; issues: FailureIssue[] }[] = [];
    if ("reason" in record) {
      const issues = [{ path: position, message: record.message }];
      failures.push({ reason: record.reason, issues });
    } else {
      for (const { place, item } of recognizeItems(record.value)) {
        const normalized = normalizeItem(item, {
          messageId: delivery.messageId,
          position: position + place,
          receivedAt: delivery.publishTime,
          now: context.now,
        });
        if ("failure" in normalized) {
          const { reason, issues } = normalized.failure;
          failures.push({ reason, issues: rebaseIssues(issues, position + place) });
        } else {
          receipts.push(normalized.receipt);
          for (const mention of normalized.mentions) mentions.push(mention);
        }
      }
    }
    const [first] = failures;
    if (first === undefined) continue;
    const failure = {
      stage,
      functionVersion: context.functionVersion,
      reason: first.reason,
      issues: failures.flatMap(({ issues }) => issues),
      items: failures.length,
      position,
      original: record.bytes,
      isEncoded: record.isEncoded,
    };
    for (const event of failRecord(delivery, failure)) failed.push(event);
  }
  return { mentions, receipts, failed };
}
