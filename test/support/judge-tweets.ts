import { normalizeMessage } from "../../functions/normalize-tweets/normalize-message.ts";
import { judgeShare } from "../../functions/normalize-urls/judge-share.ts";
import type { PubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";

/**
 * What the two normalizers together make of a message of tweets: `mentions` are those of pages,
 * `withdrawals` those of tweets that mention none.
 */
export function judgeTweets(delivery: PubsubDelivery, now = Date.now()) {
  const context = { functionVersion: "v1", now, storesText: true };
  const normalized = normalizeMessage(delivery, context);
  const judged = normalized.shares.map(judgeShare);
  const mentions = judged.flatMap((one) => one.mentions);
  return {
    ...normalized,
    mentions: mentions.filter(({ url_key }) => url_key !== undefined),
    withdrawals: mentions.filter(({ url_key }) => url_key === undefined),
    unlinked: judged.flatMap((one) => one.unlinked),
  };
}
