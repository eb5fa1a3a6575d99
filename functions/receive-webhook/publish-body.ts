import { encodePayload } from "../../shared/codec/encode-payload.ts";
import { publishRetry } from "../../shared/codec/publish-retry.ts";
import { requireMessageId } from "../../shared/codec/require-message-id.ts";
import type { Topic } from "./admit-request.ts";

/** Publishes a body as one message, compressed; resolves when Pub/Sub has acknowledged it. */
export type PublishBody = (
  topic: Topic,
  body: Buffer,
  attributes: Record<string, string>,
) => Promise<void>;

/** Bodies of concurrent requests share a publish request: requests are what costs. */
const batching = { maxMessages: 32, maxMilliseconds: 20 };

type Settings = { batching: typeof batching; gaxOpts: ReturnType<typeof publishRetry> };
type Message = { data: Buffer; attributes: Record<string, string> };
type PubsubTopic = { publishMessage: (message: Message) => Promise<unknown> };
/** What is needed of Google's client. */
type Client = { topic: (name: string, options: Settings) => PubsubTopic };

/** A publisher that gives up after `publishTimeoutMs`; the sender then tries again. */
export function createPublisher(
  pubsub: Client,
  config: { topicPrefix: string; publishTimeoutMs: number },
): PublishBody {
  const topics = new Map<string, PubsubTopic>();

  const openTopic = (name: string) =>
    pubsub.topic(config.topicPrefix + name, {
      batching,
      gaxOpts: publishRetry(config.publishTimeoutMs),
    });

  return async (topicName, body, attributes) => {
    const topic = topics.get(topicName) ?? openTopic(topicName);
    topics.set(topicName, topic);
    const encoded = encodePayload(body);
    const message = { data: encoded.data, attributes: { ...attributes, ...encoded.attributes } };
    requireMessageId(await topic.publishMessage(message));
  };
}
