import { coalesceRequests, type Schedule } from "./coalesce-requests.ts";
import { encodePayload } from "./encode-payload.ts";
import { packedBytes, packedEvents, packLines } from "./pack-lines.ts";
import type { PublishMessage } from "./publish-message.ts";

/** Publishes JSON lines to a topic; resolves when Pub/Sub has acknowledged every one of them. */
export type PublishLines<Topic extends string> = (
  topic: Topic,
  schema: string,
  lines: readonly string[],
) => Promise<void>;

/** A few messages are packed together, so that all but the last are full. */
const limits = { bytes: 4 * packedBytes, items: 4 * packedEvents, lingerMs: 5 };

/**
 * A publisher that packs the lines of concurrent requests into common messages and compresses
 * them. Each request is answered only when its own lines are safe, and fails only if a message with
 * its own lines fails.
 */
export function createLinePublisher<Topic extends string>(
  publish: PublishMessage<Topic>,
  schedule?: Schedule,
): PublishLines<Topic> {
  type Request = { topic: Topic; schema: string; lines: readonly string[] };

  const publishTogether = coalesceRequests<Request, undefined>({
    // Lines of two versions of a schema, side by side, never share a message.
    keyOf: ({ topic, schema }) => `${topic} ${schema}`,
    sizeOf: ({ lines }) => ({ bytes: bytesOf(lines), items: lines.length }),
    run: ([first, ...rest]) => {
      const { topic, schema } = first;
      const send = (packed: Buffer) => {
        const { data, attributes } = encodePayload(packed);
        return publish(topic, data, { schema, ...attributes });
      };
      return sendPacked(
        [first, ...rest].map(({ lines }) => lines),
        send,
      );
    },
    limits,
    ...(schedule !== undefined && { schedule }),
  });

  return async (topic, schema, lines) => {
    if (lines.length > 0) await publishTogether({ topic, schema, lines });
  };
}

function bytesOf(lines: readonly string[]): number {
  let bytes = 0;
  for (const line of lines) bytes += Buffer.byteLength(line) + 1;
  return bytes;
}

/** Messages that are made of one batch and sent, before others are made. */
const messagesAtOnce = 4;

/** For each request undefined, when every message with its lines was acknowledged, else an error. */
async function sendPacked(
  requests: readonly (readonly string[])[],
  send: (message: Buffer) => Promise<unknown>,
): Promise<(undefined | Error)[]> {
  const failures: { from: number; to: number; cause: unknown }[] = [];
  const messages = packLines(requests.flat());
  const sendOn = async () => {
    for (const { data, from, to } of messages) {
      try {
        await send(data);
      } catch (cause) {
        failures.push({ from, to, cause });
      }
    }
  };
  await Promise.all(Array.from({ length: messagesAtOnce }, sendOn));
  let end = 0;
  return requests.map((lines) => {
    const start = end;
    end += lines.length;
    const failure = failures.find(({ from, to }) => from < end && to > start);
    return failure && new Error("publishing failed", { cause: failure.cause });
  });
}
