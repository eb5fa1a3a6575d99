import { invalidArgument, tooLarge } from "./rpc-error.ts";
import type { PublishedContent } from "./stored-message.ts";

// cloud.google.com/pubsub/quotas#resource_limits
const maxMessages = 1_000;
const maxMessageBytes = 10_000_000;
const maxAttributes = 100;
const maxAttributeKeyBytes = 256;
const maxAttributeValueBytes = 1_024;
const maxOrderingKeyBytes = 1_024;

// "10 MB" of a request is measured on the wire, in 2^20.
const maxPublishRequestBytes = 10 * 2 ** 20;
const maxAcknowledgeRequestBytes = 512 * 2 ** 10;

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
  if (messages.length > maxMessages) throw tooLarge("message_count", messages.length, maxMessages);
  for (const message of messages) requirePublishableMessage(message);
  requireRequestSize(requestBytes, maxPublishRequestBytes);
}

/** @throws RpcError INVALID_ARGUMENT for an Acknowledge or ModifyAckDeadline request over 512 KiB. */
export function requireAcknowledgeSize(requestBytes: number): void {
  requireRequestSize(requestBytes, maxAcknowledgeRequestBytes);
}

function requirePublishableMessage(message: PublishedContent): void {
  if (message.data.length > maxMessageBytes) {
    throw tooLarge("message_size", message.data.length, maxMessageBytes);
  }
  if (Buffer.byteLength(message.orderingKey) > maxOrderingKeyBytes) {
    throw tooLarge(
      "ordering_key_size",
      Buffer.byteLength(message.orderingKey),
      maxOrderingKeyBytes,
    );
  }
  let attributes = 0;
  for (const key in message.attributes) {
    attributes += 1;
    requireAttributeSize(key, message.attributes[key] ?? "");
  }
  if (attributes > maxAttributes) throw tooLarge("attribute_count", attributes, maxAttributes);
  if (attributes === 0 && message.data.length === 0) {
    throw invalidArgument(
      "One or more messages in the publish request is empty. Each message must contain either non-empty data, or at least one attribute.",
    );
  }
}

function requireAttributeSize(key: string, value: string): void {
  const keyBytes = Buffer.byteLength(key);
  if (keyBytes === 0) throw invalidArgument("Message attribute keys must be non-empty.");
  if (keyBytes > maxAttributeKeyBytes) {
    throw tooLarge("attribute_key_size", keyBytes, maxAttributeKeyBytes);
  }
  const valueBytes = Buffer.byteLength(value);
  if (valueBytes > maxAttributeValueBytes) {
    throw tooLarge("attribute_value_size", valueBytes, maxAttributeValueBytes);
  }
}

function requireRequestSize(requestBytes: number, maximum: number): void {
  if (requestBytes > maximum) {
    throw invalidArgument(`Request payload size exceeds the limit: ${maximum} bytes.`);
  }
}
