import { jsonLines } from "../../shared/codec/json-lines.ts";
import type { PublishLines } from "../../shared/codec/publish-lines.ts";
import {
  type PubsubDelivery,
  parsePubsubDelivery,
} from "../../shared/envelopes/pubsub-delivery.ts";
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
    const { mentions, unlinked, failed, shares } = judgeMessage(delivery, {
      ...config,
      now: now(),
    });
    await Promise.all([
      publish("append-unlinked", "unlinked.v1", unlinked),
      publish("failed-events", "failed-event.v1", failed),
    ]);
    // Last, because mentions make their reading the one that counts: when this fails halfway and an
    // older release goes on, the rest of that reading must be there.
    await publish("url-mentions", "url-mentions.v1", mentions);
    const counts = { mentions: mentions.length, unlinked: unlinked.length, failed: failed.length };
    log.info({ shares, ...counts }, "judged");
  };
}

/** The lines to publish, and how many shares they are of: while they are published nothing else is kept. */
function judgeMessage(delivery: PubsubDelivery, context: { functionVersion: string; now: number }) {
  const { judged, failed } = readShares(delivery, context, (share) => {
    const { mentions, unlinked } = judgeShare(share);
    return { mentions: jsonLines(mentions), unlinked: jsonLines(unlinked) };
  });
  return {
    mentions: judged.flatMap(({ mentions }) => mentions),
    unlinked: judged.flatMap(({ unlinked }) => unlinked),
    failed: jsonLines(failed),
    shares: judged.length,
  };
}
