import { collectFailures } from "../codec/collect-failures.ts";
import { maxItems } from "../codec/scan-json.ts";
import { unpackRecords } from "../codec/unpack-records.ts";
import type { PubsubDelivery } from "../envelopes/pubsub-delivery.ts";
import type { FailedEvent, FailureIssue, FailureReason } from "../events/failed-event.v1.ts";
import { rebaseIssues } from "../events/issues-of.ts";
import type { LinkShare } from "../events/link-share.v1.ts";
import type { PostReceipt } from "../events/post.v1.ts";
import type { Tombstone } from "../events/tombstone.v1.ts";
import type { Interaction } from "../streams/interactions.ts";
import { countItems } from "./count-items.ts";
import { normalizeItem } from "./normalize-item.ts";
import type { PlacedItem } from "./post-item.ts";

/** A network of posts, and how its deliveries are read. */
export type PostSource = {
  /** The network: its ids begin with it. */
  source: string;
  /** The function that reads it. */
  stage: string;
  /** The items of one record; total, and it never throws. `now` is ms since 1970, UTC. */
  recognize: (
    record: unknown,
    delivered: { delivery: PubsubDelivery; now: number },
  ) => PlacedItem[];
};

/** All that one message turns into. */
export type NormalizedPosts = {
  shares: LinkShare[];
  receipts: PostReceipt[];
  interactions: Interaction[];
  tombstones: Tombstone[];
  failed: FailedEvent[];
};

/**
 * Normalizes every item of every record of a message. Total: whatever the payload, each item ends
 * as a receipt or in a failed event of its record; its neighbours are not touched.
 */
export function normalizePosts(
  delivery: PubsubDelivery,
  { source, stage, recognize }: PostSource,
  context: { functionVersion: string; now: number; storesText: boolean },
): NormalizedPosts {
  const shares: LinkShare[] = [];
  const receipts: PostReceipt[] = [];
  const interactions: Interaction[] = [];
  const tombstones: Tombstone[] = [];
  const { functionVersion, now } = context;
  const failed = collectFailures(delivery, { stage, functionVersion });
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
      for (const { place, item } of recognize(record.value, { delivery, now })) {
        const delivered = {
          source,
          message_id: delivery.messageId,
          position: position + place,
          received_at: delivery.publishTime,
        };
        const normalized = normalizeItem(item, delivered, context);
        if ("failure" in normalized) {
          const { reason, issues } = normalized.failure;
          failures.push({ reason, issues: rebaseIssues(issues, position + place) });
        } else {
          receipts.push(normalized.receipt);
          if (normalized.share !== undefined) shares.push(normalized.share);
          if (normalized.interactions !== undefined) interactions.push(...normalized.interactions);
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
  return { shares, receipts, interactions, tombstones, failed: failed.toEvents() };
}
