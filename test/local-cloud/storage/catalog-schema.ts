import * as z from "zod";

/** The fields of an object that its owner may set; named as in the JSON API. */
const objectSettings = z.object({
  contentType: z.string().optional(),
  contentEncoding: z.string().optional(),
  contentDisposition: z.string().optional(),
  contentLanguage: z.string().optional(),
  cacheControl: z.string().optional(),
  customTime: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
});
export type ObjectSettings = z.infer<typeof objectSettings>;

/** One generation of an object. `content` names the file of its bytes in the content folder. */
const storedObject = z.object({
  bucket: z.string(),
  name: z.string(),
  generation: z.int(),
  metageneration: z.int(),
  size: z.int(),
  crc32c: z.string(),
  /** Composite objects have none. */
  md5Hash: z.string().optional(),
  /** Of a composite object: how many objects its bytes once were. */
  componentCount: z.int().optional(),
  content: z.uuid(),
  timeCreated: z.string(),
  updated: z.string(),
  settings: objectSettings,
});
export type StoredObject = z.infer<typeof storedObject>;

export const eventTypes = [
  "OBJECT_FINALIZE",
  "OBJECT_METADATA_UPDATE",
  "OBJECT_DELETE",
  "OBJECT_ARCHIVE",
] as const;

/** A notification configuration as the JSON API spells it. `topic` is `projects/P/topics/T`. */
export const notificationConfig = z.object({
  id: z.string(),
  topic: z.string(),
  payload_format: z.enum(["JSON_API_V1", "NONE"]),
  event_types: z.array(z.enum(eventTypes)).optional(),
  custom_attributes: z.record(z.string(), z.string()).optional(),
  object_name_prefix: z.string().optional(),
});
export type NotificationConfig = z.infer<typeof notificationConfig>;

/** A bucket; `nextNotificationId` only grows, so that an identifier is never used again. */
const storedBucket = z.object({
  name: z.string(),
  project: z.string(),
  metageneration: z.int(),
  timeCreated: z.string(),
  updated: z.string(),
  location: z.string(),
  storageClass: z.string(),
  labels: z.record(z.string(), z.string()),
  uniformBucketLevelAccess: z.boolean(),
  publicAccessPrevention: z.enum(["inherited", "enforced"]),
  notificationConfigs: z.array(notificationConfig),
  nextNotificationId: z.int(),
});
export type StoredBucket = z.infer<typeof storedBucket>;

/** A notification that is owed to a topic. `data` is UTF-8 text. */
const pendingNotification = z.object({
  id: z.uuid(),
  topic: z.string(),
  data: z.string(),
  attributes: z.record(z.string(), z.string()),
});
export type PendingNotification = z.infer<typeof pendingNotification>;

/** Preconditions of a request; numbers are generations or metagenerations. */
const preconditions = z.object({
  ifGenerationMatch: z.int().optional(),
  ifGenerationNotMatch: z.int().optional(),
  ifMetagenerationMatch: z.int().optional(),
  ifMetagenerationNotMatch: z.int().optional(),
});
export type Preconditions = z.infer<typeof preconditions>;

/** Checksums a client declares for the bytes it sends, base64 as in the JSON API. */
const declaredChecksums = z.object({
  crc32c: z.string().optional(),
  md5Hash: z.string().optional(),
});
export type DeclaredChecksums = z.infer<typeof declaredChecksums>;

/** A resumable upload; its bytes so far are the file `content`, whose length is what has arrived. */
const uploadSession = z.object({
  id: z.uuid(),
  bucket: z.string(),
  name: z.string(),
  settings: objectSettings,
  preconditions,
  checksums: declaredChecksums,
  declaredSize: z.int().optional(),
  startedAt: z.string(),
  content: z.uuid(),
  state: z.enum(["open", "cancelled", "finished"]),
  result: storedObject.optional(),
});
export type UploadSession = z.infer<typeof uploadSession>;

/** One line of the journal: a change that happened as a whole or not at all. */
export const catalogChange = z.discriminatedUnion("change", [
  z.object({ change: z.literal("bucket"), bucket: storedBucket }),
  z.object({ change: z.literal("bucket-removed"), name: z.string() }),
  z.object({
    change: z.literal("object"),
    object: storedObject,
    notifications: z.array(pendingNotification),
    uploadId: z.uuid().optional(),
  }),
  z.object({
    change: z.literal("object-removed"),
    bucket: z.string(),
    name: z.string(),
    notifications: z.array(pendingNotification),
  }),
  z.object({ change: z.literal("upload"), upload: uploadSession }),
  z.object({ change: z.literal("notification-owed"), notification: pendingNotification }),
  z.object({ change: z.literal("notification-published"), id: z.uuid() }),
  z.object({ change: z.literal("generation"), last: z.int() }),
]);
export type CatalogChange = z.infer<typeof catalogChange>;
