import { type ReadRecord, readRecords } from "../../shared/codec/read-records.ts";
import type { PubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import { type Anomaly, anomaly } from "../../shared/events/anomaly.v1.ts";
import type { FailedEvent } from "../../shared/events/failed-event.v1.ts";
import { issuesOf } from "../../shared/events/issues-of.ts";

/** The anomalies of a message, and failed events for records that are none. */
export function readAnomalies(
  delivery: PubsubDelivery,
  functionVersion: string,
): { anomalies: Anomaly[]; failed: FailedEvent[] } {
  const { read, failed } = readRecords(delivery, {
    stage: "notify-webhook",
    functionVersion,
    read: (value): ReadRecord<Anomaly> => {
      const parsed = anomaly.safeParse(value);
      return parsed.success
        ? { read: parsed.data }
        : { reason: "invalid-field", issues: issuesOf(parsed.error) };
    },
  });
  return { anomalies: read, failed };
}
