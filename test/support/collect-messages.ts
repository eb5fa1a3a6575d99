import { setTimeout as delay } from "node:timers/promises";
import type { PubSub } from "@google-cloud/pubsub";
import { plainAttributes, plainData } from "./plain-data.ts";
import { waitUntil } from "./wait-until.ts";

/** A message as its reader sees it; `encoding` is how it was compressed. */
export type CollectedMessage = {
  data: Buffer;
  attributes: Record<string, string>;
  encoding: string | undefined;
};

/** Creates a topic and collects all that is published to it, decompressed and acknowledged. */
export async function collectMessages(pubsub: PubSub, topicName: string) {
  const [topic] = await pubsub.createTopic(topicName);
  const [subscription] = await topic.createSubscription(`${topicName}.collector`);
  const messages: CollectedMessage[] = [];
  subscription.on("message", (message) => {
    const { data, attributes } = message;
    messages.push({
      data: plainData(data, attributes),
      attributes: plainAttributes(attributes),
      encoding: attributes["content-encoding"],
    });
    message.ack();
  });
  return {
    /** What has come since the last `take`; what comes is added to it. */
    messages,
    /**
     * The messages since the last call. Waits until there are `count`, then as long as it takes for
     * one more, that should not be there, to arrive.
     */
    take: async (count: number): Promise<CollectedMessage[]> => {
      await waitUntil(`${count} messages of ${topicName}`, () => messages.length >= count);
      await delay(60);
      return messages.splice(0);
    },
    close: () => subscription.close(),
  };
}
