import { coalesceRequests, type Schedule } from "./coalesce-requests.ts";
import { encodePayload } from "./encode-payload.ts";
import { type JoinedLines, joinLines, packedBytes, packedEvents, packLines } from "./pack-lines.ts";
import type { PublishMessage } from "./publish-message.ts";

/** Publishes JSON lines to a topic; resolves when Pub/Sub has acknowledged every one of them. */
export type PublishLines<Topic extends string> = (
  topic: Topic,
  schema: string,
  lines: readonly string[],
) => Promise<void>;

/**
 * A few messages are packed together, so that all but the last are full. A busy instance takes some ms
 * for each message: in 20 ms it has lines of several, and who counts by the hour does not see them pass.
 */
const limits = { bytes: 4 * packedBytes, items: 4 * packedEvents, lingerMs: 20 };

/**
 * A publisher that packs the lines of concurrent requests into common messages and compresses
 * them. Each request is answered only when its own lines are safe, and fails only if a message with
 * its own lines fails.
 */
export function createLinePublisher<Topic extends string>(
  publish: PublishMessage<Topic>,
  schedule?: Schedule,
): PublishLines<Topic> {
  type Request = { topic: Topic; schema: string; pieces: readonly JoinedLines[] };

  const publishTogether = coalesceRequests<Request, undefined>({
    // Lines of two versions of a schema, side by side, never share a message.
    keyOf: ({ topic, schema }) => `${topic} ${schema}`,
    sizeOf: ({ pieces }) => sizeOf(pieces),
    run: ([first, ...rest]) => {
      const { topic, schema } = first;
      const send = (packed: Buffer) => {
        const { data, attributes } = encodePayload(packed);
        return publish(topic, data, { schema, ...attributes });
      };
      return sendPacked(
        [first, ...rest].map(({ pieces }) => pieces),
        send,
      );
    },
    limits,
    ...(schedule !== undefined && { schedule }),
  });

  return async (topic, schema, lines) => {
    // As bytes from here on: what waits is not moved about by each collection of garbage.
    if (lines.length > 0) await publishTogether({ topic, schema, pieces: joinLines(lines) });
  };
}

function sizeOf(pieces: readonly JoinedLines[]): { bytes: number; items: number } {
  let bytes = 0;
  let items = 0;
  for (const piece of pieces) {
    bytes += piece.bytes.length;
    items += piece.count;
  }
  return { bytes, items };
}

/** Messages that are made of one batch and sent, before others are made. */
const messagesAtOnce = 4;

/** For each request undefined, when every message with its lines was acknowledged, else an error. */
async function sendPacked(
  requests: readonly (readonly JoinedLines[])[],
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
  return requests.map((pieces) => {
    const start = end;
    end += sizeOf(pieces).items;
    const failure = failures.find(({ from, to }) => from < end && to > start);
    return failure && new Error("publishing failed", { cause: failure.cause });
  });
}
