import { decodePayload, type UnreadablePayload } from "../../shared/codec/decode-payload.ts";
import { encodingAttribute } from "../../shared/codec/encode-payload.ts";
import { failRecord } from "../../shared/codec/fail-record.ts";
import { scanJson } from "../../shared/codec/scan-json.ts";
import type { PubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import type { FailedEvent } from "../../shared/events/failed-event.v1.ts";
import type { DeadLetter } from "./read-dead-letter.ts";

const lineFeed = 0x0a;

/**
 * The failed event of a dead letter: the whole message with all attributes, its stage the function
 * that gave it up, its source the topic that it can be sent to again. A message that is no dead
 * letter of ours is kept as well, as one of an unknown shape.
 */
export function failDeadLetter(
  delivery: PubsubDelivery,
  letter: DeadLetter | undefined,
  { functionVersion, partBytes }: { functionVersion: string; partBytes?: number },
): FailedEvent[] {
  const whole = {
    functionVersion,
    // The message is refused as one, whatever it holds.
    position: "message",
    original: Buffer.from(delivery.payload, "base64"),
    isEncoded: true,
  };
  if (letter === undefined) {
    const message = "not those of a message that Pub/Sub has forwarded";
    const failure = {
      ...whole,
      stage: "record-dead-letters",
      reason: "unknown-shape",
      issues: [{ path: "attributes", message }],
      items: 1,
    } as const;
    return failRecord(delivery, failure, partBytes);
  }
  const source = {
    ...delivery,
    topic: letter.topic,
    publishTime: letter.publishedAt ?? delivery.publishTime,
  };
  const failure = {
    ...whole,
    stage: letter.stage,
    reason: "retries-exhausted",
    issues: [{ path: "", message: `not taken at any of ${letter.attempts} attempts` }],
    items: countRecords(decodePayload(whole.original, delivery.attributes[encodingAttribute])),
  } as const;
  return failRecord(source, failure, partBytes);
}

/**
 * One value, or lines that hold more than space; at least one. Nothing is parsed: that may be what
 * has killed the function which gave the message up.
 */
function countRecords(message: Buffer | UnreadablePayload): number {
  if (!Buffer.isBuffer(message)) return 1;
  if (typeof scanJson(message) === "object") return 1;
  let lines = 0;
  let isBlank = true;
  for (let at = 0; at < message.length; at++) {
    const byte = message[at] ?? 0;
    if (byte === lineFeed) isBlank = true;
    else if (isBlank && byte > 0x20) {
      isBlank = false;
      lines += 1;
    }
  }
  return Math.max(1, lines);
}
