import type { PublishLines } from "../../shared/codec/publish-lines.ts";
import { parsePubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import type { PublishedTopic } from "../../shared/manifest/published-topic.ts";
import type manifest from "./function.json";
import { judgeShare } from "./judge-share.ts";
import { readShares } from "./read-shares.ts";

type Dependencies = {
  publish: PublishLines<PublishedTopic<typeof manifest>>;
  /** ms since 1970, UTC. */
  now: () => number;
  log: { info: (counts: object, message: string) => void };
  config: { functionVersion: string };
};

/**
 * Handles one Pub/Sub message of link shares. Returns, and so acknowledges, only when every link is
 * in a published mention, in a row that says why it is not counted, or in a failed event; throws
 * when not.
 */
export function createHandler({ publish, now, log, config }: Dependencies) {
  return async (event: unknown): Promise<void> => {
    const delivery = parsePubsubDelivery(event);
    const { shares, failed } = readShares(delivery, { ...config, now: now() });
    const mentions: string[] = [];
    const unlinked: string[] = [];
    for (const share of shares) {
      const judged = judgeShare(share);
      for (const mention of judged.mentions) mentions.push(JSON.stringify(mention));
      for (const link of judged.unlinked) unlinked.push(JSON.stringify(link));
    }
    const failedLines = failed.map((one) => JSON.stringify(one));
    await Promise.all([
      publish("append-unlinked", "unlinked.v1", unlinked),
      publish("failed-events", "failed-event.v1", failedLines),
    ]);
    // Last, because mentions make their reading the one that counts: when this fails halfway and an
    // older release goes on, the rest of that reading must be there.
    await publish("url-mentions", "url-mentions.v1", mentions);
    const counts = { shares: shares.length, mentions: mentions.length, unlinked: unlinked.length };
    log.info({ ...counts, failed: failed.length }, "judged");
  };
}
