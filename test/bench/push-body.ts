import type { EncodedPayload } from "../../shared/codec/encode-payload.ts";

/** What Pub/Sub posts to a function for a message of a topic. */
export function pushBody(
  projectId: string,
  topic: string,
  { data, attributes }: EncodedPayload,
  index: number,
): Buffer {
  const message = {
    data: data.toString("base64"),
    messageId: String(index),
    publishTime: new Date().toISOString(),
    attributes,
  };
  const subscription = `projects/${projectId}/subscriptions/${topic}.bench`;
  return Buffer.from(JSON.stringify({ message, subscription }));
}
