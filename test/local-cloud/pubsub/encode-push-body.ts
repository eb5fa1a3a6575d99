import type { Delivery } from "./create-subscription-queue.ts";

/**
 * The JSON body of a wrapped push: cloud.google.com/pubsub/docs/push#receive_push.
 * The data is base64 and absent when empty; `deliveryAttempt` is there only with a dead-letter policy.
 */
export function encodePushBody(
  delivery: Delivery,
  subscription: string,
  withDeliveryAttempt: boolean,
): Buffer {
  const { message, attempt } = delivery;
  const { messageId, orderingKey } = message;
  const publishTime = new Date(message.publishTimeMs).toISOString();
  const { data, ...described } = {
    data: message.data.toString("base64"),
    attributes: hasKeys(message.attributes) ? message.attributes : undefined,
    messageId,
    message_id: messageId,
    orderingKey: orderingKey === "" ? undefined : orderingKey,
    publishTime,
    publish_time: publishTime,
  };
  const rest = {
    subscription,
    deliveryAttempt: withDeliveryAttempt ? attempt : undefined,
  };
  // Base64 needs no escaping: the large part goes around JSON.stringify, straight into the body.
  const head = `{"message":${data === "" ? "" : `{"data":"`}`;
  const tail = `${data === "" ? "{" : `",`}${JSON.stringify(described).slice(1)},${JSON.stringify(rest).slice(1)}`;
  const body = Buffer.allocUnsafe(head.length + data.length + Buffer.byteLength(tail));
  body.write(head, 0, "latin1");
  body.write(data, head.length, "latin1");
  body.write(tail, head.length + data.length, "utf8");
  return body;
}

function hasKeys(attributes: Readonly<Record<string, string>>): boolean {
  for (const _ in attributes) return true;
  return false;
}
