import type { PubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import { normalizePosts, type PostSource } from "../../shared/posts/normalize-posts.ts";
import { recognizeItems } from "./recognize-items.ts";

/** Posts of Bluesky. */
export const blueskyPosts: PostSource = {
  source: "bluesky",
  stage: "normalize-bluesky",
  recognize: (record, { now }) => recognizeItems(record, now),
};

/** All that one message of Bluesky events turns into. */
export const normalizeMessage = (
  delivery: PubsubDelivery,
  context: { functionVersion: string; now: number; storesText: boolean },
) => normalizePosts(delivery, blueskyPosts, context);
