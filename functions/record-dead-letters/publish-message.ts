import type { PubSub, Topic } from "@google-cloud/pubsub";
import { publishRetry } from "../../shared/codec/publish-retry.ts";

/** Publishes one message; resolves when Pub/Sub has acknowledged it. */
export type PublishMessage = (
  topic: string,
  data: Buffer,
  attributes: Record<string, string>,
) => Promise<void>;

/** Must stay well below the acknowledgement deadline of the subscription that calls us. */
const publishTimeoutMs = 30_000;

/** A publisher of messages that are packed already. */
export function createPublisher(pubsub: PubSub, topicPrefix: string): PublishMessage {
  const topics = new Map<string, Topic>();

  const openTopic = (name: string) =>
    pubsub.topic(topicPrefix + name, {
      batching: { maxMessages: 1 },
      gaxOpts: publishRetry(publishTimeoutMs),
    });

  return async (topicName, data, attributes) => {
    const topic = topics.get(topicName) ?? openTopic(topicName);
    topics.set(topicName, topic);
    await topic.publishMessage({ data, attributes });
  };
}
