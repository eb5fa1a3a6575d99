import { encodePayload, encodingAttribute } from "../../shared/codec/encode-payload.ts";
import { joinLines, packLines } from "../../shared/codec/pack-lines.ts";
import type { PublishMessage } from "../../shared/codec/publish-message.ts";
import { parsePubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import type { PublishedTopic } from "../../shared/manifest/published-topic.ts";
import { failDeadLetter } from "./fail-dead-letter.ts";
import type manifest from "./function.json";
import { readDeadLetter } from "./read-dead-letter.ts";

type Dependencies = {
  publish: PublishMessage<PublishedTopic<typeof manifest>>;
  log: { warn: (counts: object, message: string) => void };
  /** `partBytes` of an original are kept in one failed event; otherwise as many as one may hold. */
  config: { functionVersion: string; topicPrefix: string; partBytes?: number };
};

const failedEvents = { topic: "failed-events", schema: "failed-event.v1" } as const;

/**
 * Handles one dead letter: a message that some function has not taken at any of its attempts.
 * Returns, and so acknowledges, only when the failed event that keeps it is published; throws when
 * not.
 */
export function createHandler({ publish, log, config }: Dependencies) {
  return async (event: unknown): Promise<void> => {
    const delivery = parsePubsubDelivery(event);
    const letter = readDeadLetter(delivery.attributes);
    const { topic, schema } = failedEvents;
    const about = { stage: letter?.stage, topic: letter?.topic, attempts: letter?.attempts };
    if (letter?.topic === config.topicPrefix + topic) {
      // A failed event of failed events would grow with every round: they are sent as they are.
      const encoding = delivery.attributes[encodingAttribute];
      await publish(topic, Buffer.from(delivery.payload, "base64"), {
        schema,
        ...(encoding !== undefined && { [encodingAttribute]: encoding }),
      });
      log.warn(about, "failed events sent again");
      return;
    }
    const failed = failDeadLetter(delivery, letter, config);
    const messages = packLines(joinLines(failed.map((part) => JSON.stringify(part))));
    const published = messages.map((message) => {
      const { data, attributes } = encodePayload(message.data);
      return publish(topic, data, { schema, ...attributes });
    });
    await Promise.all(published);
    log.warn({ ...about, parts: failed.length }, "recorded");
  };
}
