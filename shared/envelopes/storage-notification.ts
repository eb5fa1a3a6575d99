import * as z from "zod";
import { parsePubsubDelivery } from "./pubsub-delivery.ts";

/** What Cloud Storage says about one generation of one object, whatever envelope it came in. */
export type StorageNotification = {
  /** `OBJECT_FINALIZE` for an object that is complete; other types are of no interest here. */
  eventType: string;
  bucket: string;
  object: string;
  /** Decimal digits: kept as text, because it is an identity and not a number. */
  generation: string;
};

const generation = z.union([z.string(), z.int()]).transform(String).pipe(z.string().regex(/^\d+$/));

/** The part of an object resource (JSON API v1) that identifies a generation of an object. */
const objectResource = z.object({ bucket: z.string().min(1), name: z.string().min(1), generation });

/** https://cloud.google.com/storage/docs/pubsub-notifications#attributes */
const notificationAttributes = z.object({
  eventType: z.string(),
  bucketId: z.string().min(1),
  objectId: z.string().min(1),
  objectGeneration: generation,
});

/** CloudEvents that Eventarc sends without a topic of ours between. */
const directEvent = z.object({
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
    const { type, data } = direct.data;
    const name = type.slice(type.lastIndexOf(".") + 1);
    const eventType = directEventTypes[name] ?? type;
    return { eventType, bucket: data.bucket, object: data.name, generation: data.generation };
  }
  // The attributes say all that is needed, in both payload formats: the payload is not looked at.
  const told = notificationAttributes.safeParse(parsePubsubDelivery(input).attributes);
  if (!told.success) return undefined;
  const { eventType, bucketId, objectId, objectGeneration } = told.data;
  return { eventType, bucket: bucketId, object: objectId, generation: objectGeneration };
}
