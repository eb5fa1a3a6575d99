import type protos from "@google-cloud/pubsub/build/protos/protos.js";
import { wireTime } from "./convert-duration.ts";
import type { Delivery } from "./create-subscription-queue.ts";

/** A delivery as Pull and StreamingPull answer it; the attempt is told only under a dead-letter policy. */
export function writeReceivedMessage(
  delivery: Delivery,
  withDeliveryAttempt: boolean,
): protos.google.pubsub.v1.IReceivedMessage {
  const { message } = delivery;
  return {
    ackId: delivery.ackId,
    message: {
      data: message.data,
      attributes: message.attributes,
      messageId: message.messageId,
      publishTime: wireTime(message.publishTimeMs),
      orderingKey: message.orderingKey,
    },
    deliveryAttempt: withDeliveryAttempt ? delivery.attempt : 0,
  };
}
