import { readRecords } from "../../shared/codec/read-records.ts";
import type { PubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import type { FailedEvent } from "../../shared/events/failed-event.v1.ts";
import type { TurnstileRegister } from "../../shared/events/turnstile-register.v1.ts";
import type { TurnstileReading } from "../../shared/streams/turnstile-readings.ts";
import { normalizeRow } from "./normalize-row.ts";

/** What the lines of a message become; `headings` counts those that only name columns. */
export type NormalizedMessage = {
  readings: TurnstileReading[];
  registers: TurnstileRegister[];
  headings: number;
  failed: FailedEvent[];
};

/** Normalizes the lines of a message; `now` in ms since 1970 UTC. */
export function readMessage(
  delivery: PubsubDelivery,
  context: { functionVersion: string; now: number },
): NormalizedMessage {
  const { read, failed } = readRecords(delivery, {
    stage: "normalize-turnstiles",
    functionVersion: context.functionVersion,
    takesText: true,
    read: (value) => normalizeRow(value, context.now),
  });
  const normalized: NormalizedMessage = { readings: [], registers: [], headings: 0, failed };
  for (const row of read) {
    switch (row.kind) {
      case "reading":
        normalized.readings.push(row.event);
        break;
      case "register":
        normalized.registers.push(row.row);
        break;
      case "heading":
        normalized.headings += 1;
        break;
    }
  }
  return normalized;
}
