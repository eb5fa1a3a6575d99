import { rm } from "node:fs/promises";
import type { StorageContext } from "./api-request.ts";
import type {
  DeclaredChecksums,
  ObjectSettings,
  Preconditions,
  StoredBucket,
  StoredObject,
} from "./catalog-schema.ts";
import { checkPreconditions } from "./check-preconditions.ts";
import { composeNotifications, type ObjectEvent } from "./compose-notifications.ts";
import type { ContentHash } from "./hash-content.ts";
import { invalidRequest, noSuchBucket, noSuchObject } from "./storage-error.ts";

export type NewObject = {
  bucket: string;
  name: string;
  settings: ObjectSettings;
  /** The content identifier of its bytes, complete on the disk. */
  content: string;
  /** Of the bytes as they arrived. */
  hash: Pick<ContentHash, "size" | "crc32c"> & { md5Hash: () => string | undefined };
  /** Of a composite object, which has no MD5. */
  componentCount?: number | undefined;
  checksums: DeclaredChecksums;
  preconditions: Preconditions;
  uploadId?: string;
};

/**
 * Makes complete bytes an object, as one change together with the notifications it owes:
 * OBJECT_FINALIZE, and OBJECT_DELETE for the generation it replaces.
 *
 * @throws StorageError 400 when the bytes are not what the client declared, 404 without the bucket,
 *   412 or 304 by the preconditions; nothing has happened then
 */
export function finalizeObject(context: StorageContext, created: NewObject): StoredObject {
  const bucket = requireBucket(context, created.bucket);
  const replaced = context.catalog.object(created.bucket, created.name);
  checkPreconditions(created.preconditions, replaced);
  checkChecksums(created);

  const generation = context.catalog.nextGeneration();
  const time = new Date(Math.floor(generation / 1000)).toISOString();
  const md5Hash = created.componentCount === undefined ? created.hash.md5Hash() : undefined;
  const object: StoredObject = {
    bucket: created.bucket,
    name: created.name,
    generation,
    metageneration: 1,
    size: created.hash.size(),
    crc32c: created.hash.crc32c(),
    ...(md5Hash !== undefined && { md5Hash }),
    ...(created.componentCount !== undefined && { componentCount: created.componentCount }),
    content: created.content,
    timeCreated: time,
    updated: time,
    settings: created.settings,
  };
  const notifications = [
    ...owed(context, bucket, {
      type: "OBJECT_FINALIZE",
      object,
      timeMicros: generation,
      ...(replaced && { overwrite: { overwroteGeneration: String(replaced.generation) } }),
    }),
    ...(replaced === undefined
      ? []
      : owed(context, bucket, {
          type: "OBJECT_DELETE",
          object: replaced,
          timeMicros: generation,
          overwrite: { overwrittenByGeneration: String(generation) },
        })),
  ];
  const { uploadId } = created;
  context.catalog.commit({
    change: "object",
    object,
    notifications,
    ...(uploadId !== undefined && { uploadId }),
  });
  context.notify(notifications);
  discardContent(context, replaced);
  return object;
}

/** Removes an object and owes OBJECT_DELETE. @throws StorageError 404, 412, 304 */
export function removeObject(
  context: StorageContext,
  object: StoredObject,
  preconditions: Preconditions,
): void {
  checkPreconditions(preconditions, object);
  const notifications = owed(context, requireBucket(context, object.bucket), {
    type: "OBJECT_DELETE",
    object,
    timeMicros: context.catalog.nextGeneration(),
  });
  const { bucket, name } = object;
  context.catalog.commit({ change: "object-removed", bucket, name, notifications });
  context.notify(notifications);
  discardContent(context, object);
}

/** Replaces an object's settings and owes OBJECT_METADATA_UPDATE. @throws StorageError 412, 304 */
export function updateObject(
  context: StorageContext,
  before: StoredObject,
  settings: ObjectSettings,
  preconditions: Preconditions,
): StoredObject {
  checkPreconditions(preconditions, before);
  const timeMicros = context.catalog.nextGeneration();
  const object = {
    ...before,
    metageneration: before.metageneration + 1,
    updated: new Date(Math.floor(timeMicros / 1000)).toISOString(),
    settings,
  };
  const notifications = owed(context, requireBucket(context, object.bucket), {
    type: "OBJECT_METADATA_UPDATE",
    object,
    timeMicros,
  });
  context.catalog.commit({ change: "object", object, notifications });
  context.notify(notifications);
  return object;
}

/** @throws StorageError 404 */
export function requireBucket(context: StorageContext, name: string): StoredBucket {
  const bucket = context.catalog.bucket(name);
  if (bucket === undefined) throw noSuchBucket();
  return bucket;
}

/**
 * Finds an object, of one certain generation if asked for.
 *
 * @throws StorageError 404
 */
export function requireObject(
  context: StorageContext,
  bucket: string,
  name: string,
  generation: number | undefined,
): StoredObject {
  requireBucket(context, bucket);
  const object = context.catalog.object(bucket, name);
  if (object === undefined || (generation ?? object.generation) !== object.generation) {
    throw noSuchObject(bucket, name);
  }
  return object;
}

function checkChecksums({ checksums, hash }: NewObject): void {
  if (checksums.crc32c !== undefined && checksums.crc32c !== hash.crc32c()) {
    throw invalidRequest(
      `Provided CRC32C "${checksums.crc32c}" doesn't match calculated CRC32C "${hash.crc32c()}".`,
    );
  }
  if (checksums.md5Hash !== undefined && checksums.md5Hash !== hash.md5Hash()) {
    throw invalidRequest(
      `Provided MD5 hash "${checksums.md5Hash}" doesn't match calculated MD5 hash "${hash.md5Hash()}".`,
    );
  }
}

function owed(context: StorageContext, bucket: StoredBucket, event: ObjectEvent) {
  return composeNotifications(bucket, event, context.url);
}

/** A download under way keeps its open file; what a crash leaves here goes at the next start. */
function discardContent(context: StorageContext, object: StoredObject | undefined): void {
  if (object !== undefined) {
    rm(context.catalog.contentPath(object.content), { force: true }).catch(() => {});
  }
}
