import type { PubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";

/** A delivery of `payload` on `topic`, as a function has it after its envelope is taken off. */
export function delivery(payload: string | Uint8Array, topic = "tweets"): PubsubDelivery {
  return {
    topic,
    messageId: "m1",
    publishTime: "2026-01-02T03:04:05.678Z",
    attributes: { source: "test" },
    payload: Buffer.from(payload).toString("base64"),
  };
}

/** The CloudEvent that the functions framework makes of a Pub/Sub push. */
export function messagePublished(payload: string | Uint8Array, topic = "tweets", id = "m1") {
  return {
    specversion: "1.0",
    type: "google.cloud.pubsub.topic.v1.messagePublished",
    source: `//pubsub.googleapis.com/projects/p/topics/${topic}`,
    id,
    time: "2026-01-02T03:04:05.678Z",
    data: {
      message: {
        data: Buffer.from(payload).toString("base64"),
        attributes: { source: "test" },
        messageId: id,
        publishTime: "2026-01-02T03:04:05.678Z",
      },
    },
  };
}
