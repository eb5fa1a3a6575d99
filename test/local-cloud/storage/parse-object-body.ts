import { z } from "zod";
import type { DeclaredChecksums, ObjectSettings } from "./catalog-schema.ts";
import { invalidRequest, notImplemented } from "./storage-error.ts";

const objectBody = z.looseObject({
  name: z.string().optional(),
  contentType: z.string().nullish(),
  contentEncoding: z.string().nullish(),
  contentDisposition: z.string().nullish(),
  contentLanguage: z.string().nullish(),
  cacheControl: z.string().nullish(),
  customTime: z.iso.datetime({ offset: true }).nullish(),
  metadata: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]).nullable())
    .nullish(),
  crc32c: z.string().nullish(),
  md5Hash: z.string().nullish(),
  storageClass: z.string().nullish(),
});
export type ObjectBody = z.infer<typeof objectBody>;

const textSettings = [
  "contentType",
  "contentEncoding",
  "contentDisposition",
  "contentLanguage",
  "cacheControl",
  "customTime",
] as const;

const unsupported = [
  "acl",
  "contexts",
  "customerEncryption",
  "eventBasedHold",
  "kmsKeyName",
  "retention",
  "temporaryHold",
];

/**
 * Reads an object resource as a client sends it; fields only the service sets are ignored, as the
 * real one does.
 *
 * @throws StorageError 400 for a wrong type, 501 for a feature that is not there
 */
export function parseObjectBody(json: unknown): ObjectBody {
  const parsed = objectBody.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw invalidRequest(`Invalid object resource: ${issue?.path.join(".")}: ${issue?.message}`);
  }
  const body = parsed.data;
  for (const field of unsupported) {
    if (body[field] !== undefined && body[field] !== null && body[field] !== false) {
      throw notImplemented(`the field ${field} of an object`);
    }
  }
  if (body.storageClass && body.storageClass !== "STANDARD") {
    throw notImplemented(`the storage class ${body.storageClass} of an object`);
  }
  return body;
}

/**
 * Settings after a patch: a value replaces, null removes, what is absent stays; the keys of the
 * custom metadata likewise.
 */
export function applyObjectBody(before: ObjectSettings, body: ObjectBody): ObjectSettings {
  const after: ObjectSettings = { ...before };
  for (const field of textSettings) {
    const value = body[field];
    if (value === null) {
      delete after[field];
    } else if (value !== undefined) {
      after[field] = value;
    }
  }
  if (body.metadata !== undefined) {
    const metadata = new Map(Object.entries(body.metadata === null ? {} : (before.metadata ?? {})));
    for (const [key, value] of Object.entries(body.metadata ?? {})) {
      if (value === null) {
        metadata.delete(key);
      } else {
        metadata.set(key, String(value));
      }
    }
    delete after.metadata;
    if (metadata.size > 0) {
      after.metadata = checkMetadata(metadata);
    }
  }
  return after;
}

/** https://cloud.google.com/storage/quotas#objects: all keys and values together. */
const maxMetadataBytes = 8_192;

/** @throws StorageError 400 when it is larger than any object's may be */
function checkMetadata(metadata: ReadonlyMap<string, string>): Record<string, string> {
  let bytes = 0;
  for (const [key, value] of metadata) bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  if (bytes > maxMetadataBytes) {
    throw invalidRequest(
      `The total size of your metadata, ${bytes} bytes, exceeds the limit of ${maxMetadataBytes} bytes.`,
    );
  }
  return Object.fromEntries(metadata);
}

/** The checksums a resource declares for the bytes that come with it. */
export function checksumsOf(body: ObjectBody): DeclaredChecksums {
  return {
    ...(body.crc32c ? { crc32c: body.crc32c } : {}),
    ...(body.md5Hash ? { md5Hash: body.md5Hash } : {}),
  };
}
