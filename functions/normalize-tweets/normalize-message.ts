import type { PubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import { normalizePosts, type PostSource } from "../../shared/posts/normalize-posts.ts";
import { recognizeItems } from "./recognize-items.ts";

/** Posts of X. */
export const tweets: PostSource = {
  source: "x",
  stage: "normalize-tweets",
  recognize: recognizeItems,
};

/** All that one message of tweets turns into. */
export const normalizeMessage = (
  delivery: PubsubDelivery,
  context: { functionVersion: string; now: number; storesText: boolean },
) => normalizePosts(delivery, tweets, context);
