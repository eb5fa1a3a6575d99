import { publishRetry } from "./publish-retry.ts";

/** Publishes one message; resolves when Pub/Sub has acknowledged it. */
export type PublishMessage<Topic extends string> = (
  topic: Topic,
  data: Buffer,
  attributes: Record<string, string>,
) => Promise<unknown>;

/** Must stay well below the acknowledgement deadline of the subscription that calls us. */
const publishTimeoutMs = 30_000;
/** Messages are packed already: to wait for more of them would only add latency. */
const settings = { batching: { maxMessages: 1 }, gaxOpts: publishRetry(publishTimeoutMs) };

type Message = { data: Buffer; attributes: Record<string, string> };
type Topic = { publishMessage: (message: Message) => Promise<unknown> };
/** What is needed of Google's client. */
type Client = { topic: (name: string, options: typeof settings) => Topic };

/** A publisher to topics that are opened when they are first published to. */
export function createPublisher(client: Client, topicPrefix: string): PublishMessage<string> {
  const topics = new Map<string, Topic>();
  return (name, data, attributes) => {
    const topic = topics.get(name) ?? client.topic(topicPrefix + name, settings);
    topics.set(name, topic);
    return topic.publishMessage({ data, attributes });
  };
}
