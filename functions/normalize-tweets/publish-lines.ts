import type { PubSub } from "@google-cloud/pubsub";
import DataLoader from "dataloader";
import { packLines } from "../../shared/envelopes/pack-lines.ts";

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
 */
export function createPublisher(pubsub: PubSub, topicPrefix: string): PublishLines {
  const loaders = new Map<string, DataLoader<string[], void>>();

  const createLoader = (topicName: string, schema: string) => {
    const topic = pubsub.topic(topicPrefix + topicName, {
      // The lines are packed already: waiting for more messages would only add latency.
      batching: { maxMessages: 1 },
      gaxOpts: { timeout: publishTimeoutMs },
    });
    const send = (data: Buffer) => topic.publishMessage({ data, attributes: { schema } });
    return new DataLoader<string[], void>((requests) => publishTogether(requests, send), {
      cache: false,
      maxBatchSize: requestsPerBatch,
      batchScheduleFn: (dispatch) => setTimeout(dispatch, lingerMs),
    });
  };

  return async (topic, schema, lines) => {
    if (lines.length === 0) return;
    const loader = loaders.get(topic) ?? createLoader(topic, schema);
    loaders.set(topic, loader);
    await loader.load(lines);
  };
}

async function publishTogether(
  requests: readonly string[][],
  send: (data: Buffer) => Promise<string>,
): Promise<(undefined | Error)[]> {
  const messages = packLines(requests.flat());
  const results = await Promise.allSettled(messages.map(({ data }) => send(data)));
  const failures = messages.flatMap(({ from, to }, index) => {
    const result = results[index];
    return result?.status === "rejected" ? [{ from, to, cause: result.reason }] : [];
  });
  let end = 0;
  return requests.map((lines) => {
    const start = end;
    end += lines.length;
    const failure = failures.find(({ from, to }) => from < end && to > start);
    return failure && new Error("publishing failed", { cause: failure.cause });
  });
}
