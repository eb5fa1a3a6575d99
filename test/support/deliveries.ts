import type { PubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";

const publishedAt = "2026-01-02T03:04:05.678Z";

/** A delivery of `payload` on `topic`, as a function has it after its envelope is taken off. */
export function delivery(payload: string | Uint8Array, topic = "tweets"): PubsubDelivery {
  return {
    topic,
    messageId: "m1",
    publishTime: publishedAt,
    attributes: { source: "test" },
    payload: Buffer.from(payload).toString("base64"),
  };
}

/** The CloudEvent that the functions framework makes of a Pub/Sub push. */
export function messagePublished(
  payload: string | Uint8Array,
  topic = "tweets",
  id = "m1",
  message: { publishTime?: string; attributes?: Record<string, string> } = {},
) {
  const { publishTime = publishedAt, attributes = { source: "test" } } = message;
  return {
    specversion: "1.0",
    type: "google.cloud.pubsub.topic.v1.messagePublished",
    source: `//pubsub.googleapis.com/projects/p/topics/${topic}`,
    id,
    time: publishTime,
    data: {
      message: {
        data: Buffer.from(payload).toString("base64"),
        attributes,
        messageId: id,
        publishTime,
      },
    },
  };
}

/**
 * What Cloud Storage publishes when an object is complete, in payload format `JSON_API_V1`:
 * https://cloud.google.com/storage/docs/pubsub-notifications#attributes
 */
export const objectFinalized = (object: { bucket: string; name: string; generation: string }) => ({
  data: JSON.stringify({
    kind: "storage#object",
    bucket: object.bucket,
    name: object.name,
    generation: object.generation,
  }),
  attributes: {
    eventType: "OBJECT_FINALIZE",
    payloadFormat: "JSON_API_V1",
    bucketId: object.bucket,
    objectId: object.name,
    objectGeneration: object.generation,
  },
});
