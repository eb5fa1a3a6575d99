import type { PubSub, Topic } from "@google-cloud/pubsub";
import * as z from "zod";
import { publishRetry } from "../../shared/codec/publish-retry.ts";
import { requireMessageId } from "../../shared/codec/require-message-id.ts";

/**
 * Publishes one message to a topic by its full name; resolves when Pub/Sub has acknowledged it, or
 * with `refused` when it never will.
 */
export type PublishMessage = (
  topic: string,
  data: Buffer,
  attributes: Record<string, string>,
) => Promise<"published" | "refused">;

/** Requests are what costs: the messages of a page share them. */
const shared = { maxMessages: 500, maxMilliseconds: 5 };
const alone = { maxMessages: 1 };
/** Must stay well below the time that a request may take. */
const publishTimeoutMs = 60_000;
/** INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED: what no repetition of this page would change. */
const refusals = [3, 5, 7];
const grpcError = z.object({ code: z.number() });

/** A publisher of originals, each as a message of its own. */
export function createPublisher(pubsub: PubSub, timeoutMs = publishTimeoutMs): PublishMessage {
  const publishTogether = createTopics(pubsub, shared, timeoutMs);
  const publishAlone = createTopics(pubsub, alone, timeoutMs);

  return async (topic, data, attributes) => {
    try {
      requireMessageId(await publishTogether(topic).publishMessage({ data, attributes }));
      return "published";
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
    // A request is refused as one: which of its messages is to blame shows when each goes alone.
    try {
      requireMessageId(await publishAlone(topic).publishMessage({ data, attributes }));
      return "published";
    } catch (error) {
      if (isRefusal(error)) return "refused";
      throw error;
    }
  };
}

function createTopics(pubsub: PubSub, batching: typeof shared | typeof alone, timeoutMs: number) {
  const topics = new Map<string, Topic>();
  return (name: string): Topic => {
    const topic =
      topics.get(name) ?? pubsub.topic(name, { batching, gaxOpts: publishRetry(timeoutMs) });
    topics.set(name, topic);
    return topic;
  };
}

const isRefusal = (error: unknown): boolean =>
  refusals.includes(grpcError.safeParse(error).data?.code ?? 0);
