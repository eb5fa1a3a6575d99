import type { PubsubDelivery } from "../envelopes/pubsub-delivery.ts";
import {
  type FailedEvent,
  type FailureIssue,
  type FailureReason,
  originalPartBytes,
} from "../events/failed-event.v1.ts";
import { encodingAttribute } from "./encode-payload.ts";

/** Why something of a message fails. */
export type Failure = {
  stage: string;
  functionVersion: string;
  reason: FailureReason;
  issues: readonly FailureIssue[];
  items: number;
  position: string;
  original: Uint8Array;
  /** The original is still in the encoding that the attributes of its message name. */
  isEncoded: boolean;
};

const maxIssues = 20;

/**
 * The failed events of one record: one, or several parts when the original is larger than a part.
 * Deterministic in the delivery, so a redelivery that fails again is the same failed event.
 */
export function failRecord(
  delivery: PubsubDelivery,
  failure: Failure,
  partBytes = originalPartBytes,
): FailedEvent[] {
  const attributes = Object.entries(delivery.attributes)
    .filter(([name]) => failure.isEncoded || name !== encodingAttribute)
    .map(([name, value]) => ({ name, value }));
  const parts = Math.max(1, Math.ceil(failure.original.byteLength / partBytes));
  return Array.from({ length: parts }, (_, index) => {
    const start = index * partBytes;
    const original = failure.original.subarray(start, start + partBytes);
    return {
      id: `${failure.stage}:${delivery.messageId}/${failure.position}`,
      stage: failure.stage,
      function_version: failure.functionVersion,
      reason: failure.reason,
      issues: failure.issues.slice(0, maxIssues),
      items: failure.items,
      source_topic: delivery.topic,
      message_id: delivery.messageId,
      position: failure.position,
      attributes,
      original: Buffer.from(original).toString("base64"),
      part: index + 1,
      parts,
      first_seen: delivery.publishTime,
    };
  });
}
