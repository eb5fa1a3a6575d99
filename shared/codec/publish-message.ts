import { publishRetry } from "./publish-retry.ts";
import { requireMessageId } from "./require-message-id.ts";

/** Publishes one message; resolves when Pub/Sub has acknowledged it. */
export type PublishMessage<Topic extends string> = (
  topic: Topic,
  data: Buffer,
  attributes: Record<string, string>,
) => Promise<unknown>;

/** Must stay well below the acknowledgement deadline of the subscription that calls us. */
const publishTimeoutMs = 30_000;
/**
 * Messages that are published at one time share a request, which costs as much as packing and compressing
 * one of them; what is larger than a MB has its own, so that one which is refused fails alone. They are
 * packed already: to wait for more would only add latency.
 */
const batching = { maxMessages: 100, maxMilliseconds: 0 };

type Settings = { batching: typeof batching; gaxOpts: ReturnType<typeof publishRetry> };
type Message = { data: Buffer; attributes: Record<string, string> };
type Topic = { publishMessage: (message: Message) => Promise<unknown> };
/** What is needed of Google's client. */
type Client = { topic: (name: string, options: Settings) => Topic };

/** A publisher to topics that are opened when they are first published to. */
export function createPublisher(
  client: Client,
  topicPrefix: string,
  timeoutMs = publishTimeoutMs,
): PublishMessage<string> {
  const settings = { batching, gaxOpts: publishRetry(timeoutMs) };
  const topics = new Map<string, Topic>();
  return async (name, data, attributes) => {
    const topic = topics.get(name) ?? client.topic(topicPrefix + name, settings);
    topics.set(name, topic);
    requireMessageId(await topic.publishMessage({ data, attributes }));
  };
}
