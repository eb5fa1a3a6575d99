import { randomUUID } from "node:crypto";
import type {
  eventTypes,
  PendingNotification,
  StoredBucket,
  StoredObject,
} from "./catalog-schema.ts";
import { describeObject } from "./describe-object.ts";

export type ObjectEvent = {
  type: (typeof eventTypes)[number];
  object: StoredObject;
  /** Microseconds since 1970. */
  timeMicros: number;
  /** `overwroteGeneration` of the new object or `overwrittenByGeneration` of the old one. */
  overwrite?: { overwroteGeneration: string } | { overwrittenByGeneration: string };
};

/**
 * The messages a change of an object owes to the topics of its bucket's notification
 * configurations, after their filters by event type and name prefix.
 * https://cloud.google.com/storage/docs/pubsub-notifications
 */
export function composeNotifications(
  bucket: StoredBucket,
  event: ObjectEvent,
  url: string,
): PendingNotification[] {
  return bucket.notificationConfigs
    .filter(
      (config) =>
        event.object.name.startsWith(config.object_name_prefix ?? "") &&
        (config.event_types === undefined || config.event_types.includes(event.type)),
    )
    .map((config) => ({
      id: randomUUID(),
      topic: config.topic,
      data:
        config.payload_format === "NONE" ? "" : JSON.stringify(describeObject(event.object, url)),
      attributes: {
        ...config.custom_attributes,
        notificationConfig: `projects/_/buckets/${bucket.name}/notificationConfigs/${config.id}`,
        eventType: event.type,
        payloadFormat: config.payload_format,
        bucketId: bucket.name,
        objectId: event.object.name,
        objectGeneration: String(event.object.generation),
        eventTime: formatMicros(event.timeMicros),
        ...event.overwrite,
      },
    }));
}

/** RFC 3339 with six decimals, as the real service writes `eventTime`. */
function formatMicros(micros: number): string {
  const wholeMillis = Math.floor(micros / 1000);
  const rest = String(micros % 1000).padStart(3, "0");
  return new Date(wholeMillis).toISOString().replace("Z", `${rest}Z`);
}
