import * as z from "zod";
import { parsePubsubDelivery } from "./pubsub-delivery.ts";

/** What Cloud Storage says about one generation of one object, whatever envelope it came in. */
export type StorageNotification = {
  /** Of the Pub/Sub message or CloudEvent that says it: the same when that is delivered again. */
  messageId: string;
  /** `OBJECT_FINALIZE` for an object that is complete; other types are of no interest here. */
  eventType: string;
  bucket: string;
  object: string;
  /** Decimal digits: kept as text, because it is an identity and not a number. */
  generation: string;
};

const objectGeneration = z
  .union([z.string(), z.int()])
  .transform(String)
  .pipe(z.string().regex(/^\d+$/));

/** The part of an object resource (JSON API v1) that identifies a generation of an object. */
const objectResource = z.object({
  bucket: z.string().min(1),
  name: z.string().min(1),
  generation: objectGeneration,
});

/** https://cloud.google.com/storage/docs/pubsub-notifications#attributes */
const notificationAttributes = z.object({
  eventType: z.string(),
  bucketId: z.string().min(1),
  objectId: z.string().min(1),
  objectGeneration,
});

/** CloudEvents that Eventarc sends without a topic of ours between. */
const directEvent = z.object({
  id: z.string().min(1),
  type: z.string().startsWith("google.cloud.storage.object.v1."),
  data: objectResource,
});

const directEventTypes: Record<string, string> = {
  finalized: "OBJECT_FINALIZE",
  archived: "OBJECT_ARCHIVE",
  deleted: "OBJECT_DELETE",
  metadataUpdated: "OBJECT_METADATA_UPDATE",
};

/**
 * The notification inside a Pub/Sub delivery (payload format `JSON_API_V1` or `NONE`) or inside a
 * CloudEvent `google.cloud.storage.object.v1.*`; undefined for a Pub/Sub message that is none.
 * @throws {z.ZodError} when the input is neither a Pub/Sub delivery nor a storage event.
 */
export function parseStorageNotification(input: unknown): StorageNotification | undefined {
  const direct = directEvent.safeParse(input);
  if (direct.success) {
    const { id: messageId, type, data } = direct.data;
    const eventType = directEventTypes[type.slice(type.lastIndexOf(".") + 1)] ?? type;
    const { bucket, name: object, generation } = data;
    return { messageId, eventType, bucket, object, generation };
  }
  // The attributes say all that is needed, in both payload formats: the payload is not looked at.
  const { messageId, attributes } = parsePubsubDelivery(input);
  const told = notificationAttributes.safeParse(attributes);
  if (!told.success) return undefined;
  const { eventType, bucketId: bucket, objectId: object, objectGeneration: generation } = told.data;
  return { messageId, eventType, bucket, object, generation };
}
