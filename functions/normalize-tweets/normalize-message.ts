import { collectFailures } from "../../shared/codec/collect-failures.ts";
import { maxItems } from "../../shared/codec/scan-json.ts";
import { unpackRecords } from "../../shared/codec/unpack-records.ts";
import type { PubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import type {
  FailedEvent,
  FailureIssue,
  FailureReason,
} from "../../shared/events/failed-event.v1.ts";
import { rebaseIssues } from "../../shared/events/issues-of.ts";
import type { LinkShare } from "../../shared/events/link-share.v1.ts";
import type { PostReceipt } from "../../shared/events/post.v1.ts";
import type { Tombstone } from "../../shared/events/tombstone.v1.ts";
import { countItems } from "./count-items.ts";
import { normalizeItem } from "./normalize-item.ts";
import { recognizeItems } from "./recognize-items.ts";

/** All that one message turns into. */
export type NormalizedMessage = {
  shares: LinkShare[];
  receipts: PostReceipt[];
  tombstones: Tombstone[];
  failed: FailedEvent[];
};

const stage = "normalize-tweets";

/**
 * Normalizes every item of every record of a message. Total: whatever the payload, each item ends
 * as a receipt or in a failed event of its record; its neighbours are not touched.
 */
export function normalizeMessage(
  delivery: PubsubDelivery,
  context: { functionVersion: string; now: number; storesText: boolean },
): NormalizedMessage {
  const shares: LinkShare[] = [];
  const receipts: PostReceipt[] = [];
  const tombstones: Tombstone[] = [];
  const failed = collectFailures(delivery, { stage, functionVersion: context.functionVersion });
  for (const record of unpackRecords(delivery)) {
    const position = `records[${record.line}]`;
    const failures: { reason: FailureReason; issues: FailureIssue[] }[] = [];
    if ("reason" in record) {
      const issues = [{ path: position, message: record.message }];
      failures.push({ reason: record.reason, issues });
    } else if (record.bytes.length > maxItems && countItems(record.value) > maxItems) {
      const issues = [{ path: position, message: `more than ${maxItems} items` }];
      failures.push({ reason: "too-many-records", issues });
    } else {
      for (const { place, item } of recognizeItems(record.value)) {
        const delivered = {
          messageId: delivery.messageId,
          position: position + place,
          receivedAt: delivery.publishTime,
          now: context.now,
        };
        const normalized = normalizeItem(item, delivered, context.storesText);
        if ("failure" in normalized) {
          const { reason, issues } = normalized.failure;
          failures.push({ reason, issues: rebaseIssues(issues, position + place) });
        } else {
          receipts.push(normalized.receipt);
          if (normalized.share !== undefined) shares.push(normalized.share);
          if (normalized.tombstone !== undefined) tombstones.push(normalized.tombstone);
        }
      }
    }
    const [first] = failures;
    if (first === undefined) continue;
    failed.add({
      reason: first.reason,
      issues: failures.flatMap(({ issues }) => issues),
      items: failures.length,
      position,
      original: record.bytes,
      isEncoded: record.isEncoded,
    });
  }
  return { shares, receipts, tombstones, failed: failed.toEvents() };
}
