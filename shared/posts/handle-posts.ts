import { jsonLines } from "../codec/json-lines.ts";
import type { PublishLines } from "../codec/publish-lines.ts";
import { type PubsubDelivery, parsePubsubDelivery } from "../envelopes/pubsub-delivery.ts";
import { type NormalizedPosts, normalizePosts, type PostSource } from "./normalize-posts.ts";

/** What becomes of posts, whatever their network. */
type PostTopic =
  | "link-shares"
  | "interactions"
  | "append-posts"
  | "append-tombstones"
  | "failed-events";

export type PostDependencies = {
  publish: PublishLines<PostTopic>;
  /** ms since 1970, UTC. */
  now: () => number;
  log: { info: (counts: object, message: string) => void };
  config: { functionVersion: string; storesText: boolean };
};

/**
 * A handler of Pub/Sub messages of posts; `sourceOf` tells what a message is of. It returns, and so
 * acknowledges, only when everything that a message turned into is safe on the next topics; it throws
 * when any of it is not, so that Pub/Sub delivers the message again.
 */
export function createPostHandler(
  sourceOf: (delivery: PubsubDelivery) => PostSource,
  { publish, now, log, config }: PostDependencies,
) {
  return async (event: unknown): Promise<void> => {
    const delivery = parsePubsubDelivery(event);
    const context = { ...config, now: now() };
    const { lines, counts } = writeLines(normalizePosts(delivery, sourceOf(delivery), context));
    await Promise.all([
      publish("link-shares", "link-share.v1", lines.shares),
      publish("interactions", "interactions.v1", lines.interactions),
      publish("append-posts", "post.v1", lines.receipts),
      publish("append-tombstones", "tombstone.v1", lines.tombstones),
      publish("failed-events", "failed-event.v1", lines.failed),
    ]);
    log.info(counts, "normalized");
  };
}

/** What is published, and what is logged of it: while it is published nothing else is kept. */
function writeLines({ shares, receipts, interactions, tombstones, failed }: NormalizedPosts) {
  const links = shares.reduce((sum, share) => sum + share.links.length, 0);
  return {
    lines: {
      shares: jsonLines(shares),
      interactions: jsonLines(interactions),
      receipts: jsonLines(receipts),
      tombstones: jsonLines(tombstones),
      failed: jsonLines(failed),
    },
    counts: { ...countOutcomes(receipts, failed), links, interactions: interactions.length },
  };
}

function countOutcomes(
  receipts: readonly { outcome: string }[],
  failed: readonly { reason: string; part: number; items: number }[],
) {
  const outcomes: Record<string, number> = {};
  for (const { outcome } of receipts) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  const reasons: Record<string, number> = {};
  for (const { reason, part, items } of failed) {
    if (part === 1) reasons[reason] = (reasons[reason] ?? 0) + items;
  }
  return { outcomes, failed: reasons };
}
