import { jsonLines } from "../../shared/codec/json-lines.ts";
import type { PublishLines } from "../../shared/codec/publish-lines.ts";
import { parsePubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import type { PublishedTopic } from "../../shared/manifest/published-topic.ts";
import type manifest from "./function.json";
import { readMessage } from "./read-message.ts";

type Dependencies = {
  publish: PublishLines<PublishedTopic<typeof manifest>>;
  /** ms since 1970, UTC. */
  now: () => number;
  log: { info: (counts: object, message: string) => void };
  config: { functionVersion: string };
};

/**
 * Handles one Pub/Sub message of `turnstiles`. Returns, and so acknowledges, only when everything that
 * the message turned into is safe on the next topics; throws when any of it is not, so that
 * Pub/Sub delivers the message again.
 */
export function createHandler({ publish, now, log, config }: Dependencies) {
  return async (event: unknown): Promise<void> => {
    const delivery = parsePubsubDelivery(event);
    const { readings, registers, headings, failed } = readMessage(delivery, {
      ...config,
      now: now(),
    });
    await Promise.all([
      publish("turnstile-readings", "turnstile-readings.v1", jsonLines(readings)),
      publish("append-turnstile-registers", "turnstile-register.v1", jsonLines(registers)),
      publish("failed-events", "failed-event.v1", jsonLines(failed)),
    ]);
    const counts = { readings: readings.length, registers: registers.length, headings };
    log.info({ ...counts, failed: failed.length }, "normalized");
  };
}
