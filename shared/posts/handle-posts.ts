import type { PublishLines } from "../codec/publish-lines.ts";
import { type PubsubDelivery, parsePubsubDelivery } from "../envelopes/pubsub-delivery.ts";
import { normalizePosts, type PostSource } from "./normalize-posts.ts";

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
    const normalized = normalizePosts(delivery, sourceOf(delivery), { ...config, now: now() });
    const { shares, receipts, interactions, tombstones, failed } = normalized;
    await Promise.all([
      publish("link-shares", "link-share.v1", jsonLines(shares)),
      publish("interactions", "interactions.v1", jsonLines(interactions)),
      publish("append-posts", "post.v1", jsonLines(receipts)),
      publish("append-tombstones", "tombstone.v1", jsonLines(tombstones)),
      publish("failed-events", "failed-event.v1", jsonLines(failed)),
    ]);
    const links = shares.reduce((sum, share) => sum + share.links.length, 0);
    log.info(
      { ...countOutcomes(receipts, failed), links, interactions: interactions.length },
      "normalized",
    );
  };
}

const jsonLines = (events: readonly object[]): string[] =>
  events.map((event) => JSON.stringify(event));

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
