import { invalidArgument, tooLarge } from "./rpc-error.ts";
import type { PublishedContent } from "./stored-message.ts";

// cloud.google.com/pubsub/quotas#resource_limits
const MAX_MESSAGES = 1_000;
const MAX_MESSAGE_BYTES = 10_000_000;
const MAX_ATTRIBUTES = 100;
const MAX_ATTRIBUTE_KEY_BYTES = 256;
const MAX_ATTRIBUTE_VALUE_BYTES = 1_024;
const MAX_ORDERING_KEY_BYTES = 1_024;

// "10 MB" of a request is measured on the wire, in 2^20.
const MAX_PUBLISH_REQUEST_BYTES = 10 * 2 ** 20;
const MAX_ACKNOWLEDGE_REQUEST_BYTES = 512 * 2 ** 10;

/** @throws RpcError INVALID_ARGUMENT for what the real service refuses to publish. */
export function requirePublishable(
  messages: readonly PublishedContent[],
  requestBytes: number,
): void {
  if (messages.length === 0) {
    throw invalidArgument(
      "The value for message_count is too small. You passed 0 in the request, but the minimum value is 1.",
    );
  }
  if (messages.length > MAX_MESSAGES) {
    throw tooLarge("message_count", messages.length, MAX_MESSAGES);
  }
  for (const message of messages) requirePublishableMessage(message);
  requireRequestSize(requestBytes, MAX_PUBLISH_REQUEST_BYTES);
}

/** @throws RpcError INVALID_ARGUMENT for an Acknowledge or ModifyAckDeadline request over 512 KiB. */
export function requireAcknowledgeSize(requestBytes: number): void {
  requireRequestSize(requestBytes, MAX_ACKNOWLEDGE_REQUEST_BYTES);
}

function requirePublishableMessage(message: PublishedContent): void {
  if (message.data.length > MAX_MESSAGE_BYTES) {
    throw tooLarge("message_size", message.data.length, MAX_MESSAGE_BYTES);
  }
  if (Buffer.byteLength(message.orderingKey) > MAX_ORDERING_KEY_BYTES) {
    throw tooLarge(
      "ordering_key_size",
      Buffer.byteLength(message.orderingKey),
      MAX_ORDERING_KEY_BYTES,
    );
  }
  let attributes = 0;
  for (const key in message.attributes) {
    attributes += 1;
    requireAttributeSize(key, message.attributes[key] ?? "");
  }
  if (attributes > MAX_ATTRIBUTES) throw tooLarge("attribute_count", attributes, MAX_ATTRIBUTES);
  if (attributes === 0 && message.data.length === 0) {
    throw invalidArgument(
      "One or more messages in the publish request is empty. Each message must contain either non-empty data, or at least one attribute.",
    );
  }
}

function requireAttributeSize(key: string, value: string): void {
  const keyBytes = Buffer.byteLength(key);
  if (keyBytes === 0) throw invalidArgument("Message attribute keys must be non-empty.");
  if (keyBytes > MAX_ATTRIBUTE_KEY_BYTES) {
    throw tooLarge("attribute_key_size", keyBytes, MAX_ATTRIBUTE_KEY_BYTES);
  }
  const valueBytes = Buffer.byteLength(value);
  if (valueBytes > MAX_ATTRIBUTE_VALUE_BYTES) {
    throw tooLarge("attribute_value_size", valueBytes, MAX_ATTRIBUTE_VALUE_BYTES);
  }
}

function requireRequestSize(requestBytes: number, maximum: number): void {
  if (requestBytes > maximum) {
    throw invalidArgument(`Request payload size exceeds the limit: ${maximum} bytes.`);
  }
}
