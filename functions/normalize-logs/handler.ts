import { jsonLines } from "../../shared/codec/json-lines.ts";
import type { PublishLines } from "../../shared/codec/publish-lines.ts";
import { parsePubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import type { PublishedTopic } from "../../shared/manifest/published-topic.ts";
import type manifest from "./function.json";
import type { TreatAddress } from "./hash-address.ts";
import { readMessage } from "./read-message.ts";

type Dependencies = {
  publish: PublishLines<PublishedTopic<typeof manifest>>;
  treatAddress: TreatAddress;
  /** ms since 1970, UTC. */
  now: () => number;
  log: { info: (counts: object, message: string) => void };
  config: { functionVersion: string };
};

/**
 * Handles one Pub/Sub message of `log-lines`. Returns, and so acknowledges, only when everything that
 * the message turned into is safe on the next topics; throws when any of it is not, so that
 * Pub/Sub delivers the message again.
 */
export function createHandler({ publish, treatAddress, now, log, config }: Dependencies) {
  return async (event: unknown): Promise<void> => {
    const delivery = parsePubsubDelivery(event);
    const { functionVersion } = config;
    const context = { functionVersion, treatAddress, now: now() };
    const { entries, directives, failed } = readMessage(delivery, context);
    await Promise.all([
      publish("log-entries", "log-entries.v1", jsonLines(entries)),
      publish("failed-events", "failed-event.v1", jsonLines(failed)),
    ]);
    log.info({ entries: entries.length, directives, failed: failed.length }, "normalized");
  };
}
