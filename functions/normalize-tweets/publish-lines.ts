import type { PubSub } from "@google-cloud/pubsub";
import DataLoader from "dataloader";
import { publishRetry } from "../../shared/codec/publish-retry.ts";
import { sendPacked } from "../../shared/codec/send-packed.ts";

/** Publishes JSON lines to a topic; resolves when Pub/Sub has acknowledged every one of them. */
export type PublishLines = (topic: string, schema: string, lines: string[]) => Promise<void>;

/** How long lines wait for those of concurrent requests, so that they share a message. */
const lingerMs = 5;
/** Most requests whose lines are published together; bounds the memory of one batch. */
const requestsPerBatch = 32;
/** Must stay well below the acknowledgement deadline of the subscription that calls us. */
const publishTimeoutMs = 30_000;

/**
 * A publisher that packs the lines of concurrent requests into common messages. Each call is
 * answered only when its own lines are safe, and fails only if a message with its own lines fails.
 * `schedule` runs something after so many ms.
 */
export function createPublisher(
  pubsub: PubSub,
  topicPrefix: string,
  schedule: (run: () => void, ms: number) => unknown = setTimeout,
): PublishLines {
  const loaders = new Map<string, DataLoader<string[], void>>();

  const createLoader = (topicName: string, schema: string) => {
    const topic = pubsub.topic(topicPrefix + topicName, {
      // The lines are packed already: waiting for more messages would only add latency.
      batching: { maxMessages: 1 },
      gaxOpts: publishRetry(publishTimeoutMs),
    });
    const send = (data: Buffer) => topic.publishMessage({ data, attributes: { schema } });
    return new DataLoader<string[], void>((requests) => sendPacked(requests, send), {
      cache: false,
      maxBatchSize: requestsPerBatch,
      batchScheduleFn: (dispatch) => schedule(dispatch, lingerMs),
    });
  };

  return async (topic, schema, lines) => {
    if (lines.length === 0) return;
    // Lines of two versions of a schema, side by side, never share a message.
    const name = `${topic} ${schema}`;
    const loader = loaders.get(name) ?? createLoader(topic, schema);
    loaders.set(name, loader);
    await loader.load(lines);
  };
}
