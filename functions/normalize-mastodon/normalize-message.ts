import type { PubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import { normalizePosts, type PostSource } from "../../shared/posts/normalize-posts.ts";
import { recognizeItems } from "./recognize-items.ts";

/** Statuses of Mastodon, and of other servers that have its API. */
export const mastodonStatuses: PostSource = {
  source: "mastodon",
  stage: "normalize-mastodon",
  recognize: (record, { delivery }) => recognizeItems(record, serverOf(delivery)),
};

/** All that one message of statuses turns into. */
export const normalizeMessage = (
  delivery: PubsubDelivery,
  context: { functionVersion: string; now: number; storesText: boolean },
) => normalizePosts(delivery, mastodonStatuses, context);

/** The server that gave the statuses, from the attribute `server`; empty where nobody says it. */
function serverOf({ attributes }: PubsubDelivery): string {
  const server = attributes.server?.toLowerCase();
  return server !== undefined && host.test(server) ? server : "";
}

const host = /^[a-z0-9.-]{1,253}$/;
