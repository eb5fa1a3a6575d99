import type { PubSub, Topic } from "@google-cloud/pubsub";
import { publishRetry } from "../../shared/codec/publish-retry.ts";
import { sendPacked } from "../../shared/codec/send-packed.ts";

/** Publishes JSON lines to a topic; resolves when Pub/Sub has acknowledged every one of them. */
export type PublishLines = (topic: string, schema: string, lines: string[]) => Promise<void>;

/** Must stay well below the acknowledgement deadline of the subscription that calls us. */
const publishTimeoutMs = 30_000;

/** A publisher of lines that are combined across requests already: it packs and sends at once. */
export function createPublisher(pubsub: PubSub, topicPrefix: string): PublishLines {
  const topics = new Map<string, Topic>();

  const openTopic = (name: string) =>
    pubsub.topic(topicPrefix + name, {
      batching: { maxMessages: 1 },
      gaxOpts: publishRetry(publishTimeoutMs),
    });

  return async (topicName, schema, lines) => {
    const topic = topics.get(topicName) ?? openTopic(topicName);
    topics.set(topicName, topic);
    const send = (data: Buffer) => topic.publishMessage({ data, attributes: { schema } });
    const [failure] = await sendPacked([lines], send);
    if (failure) throw failure;
  };
}
