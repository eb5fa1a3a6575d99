import { failRecord } from "../../shared/codec/fail-record.ts";
import { parsePubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import type { FailedEvent } from "../../shared/events/failed-event.v1.ts";

/** The failed event of a message that is no storage notification. */
export function failNotification(
  event: unknown,
  context: { stage: string; functionVersion: string },
): FailedEvent[] {
  const delivery = parsePubsubDelivery(event);
  return failRecord(delivery, {
    ...context,
    reason: "unknown-shape",
    issues: [{ path: "attributes", message: "not those of a storage notification" }],
    items: 1,
    position: "records[0]",
    original: Buffer.from(delivery.payload, "base64"),
    isEncoded: true,
  });
}
