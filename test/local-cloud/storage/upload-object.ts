import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import {
  type ApiAnswer,
  type ApiRequest,
  parseJson,
  readBody,
  type StorageContext,
} from "./api-request.ts";
import { appendContent } from "./append-content.ts";
import type { DeclaredChecksums } from "./catalog-schema.ts";
import { finalizeObject, type NewObject, requireBucket } from "./change-objects.ts";
import { checkObjectName } from "./check-names.ts";
import { checkPreconditions, parsePreconditions } from "./check-preconditions.ts";
import { describeObject } from "./describe-object.ts";
import { createContentHash } from "./hash-content.ts";
import { applyObjectBody, checksumsOf, parseObjectBody } from "./parse-object-body.ts";
import { splitMultipart } from "./split-multipart.ts";

/** `POST upload/b/BUCKET/o?uploadType=media`: the body is the object. */
export async function uploadMedia(
  context: StorageContext,
  request: ApiRequest,
  bucket: string,
): Promise<ApiAnswer> {
  const contentType = request.message.headers["content-type"];
  const contentEncoding = request.query.get("contentEncoding");
  return storeObject(context, request, readBody(request), {
    bucket,
    name: request.query.get("name") ?? "",
    settings: {
      ...(contentType !== undefined && { contentType }),
      ...(contentEncoding !== null && { contentEncoding }),
    },
    checksums: parseHashHeader(request),
  });
}

/** `POST upload/b/BUCKET/o?uploadType=multipart`: metadata and bytes in one body. */
export async function uploadMultipart(
  context: StorageContext,
  request: ApiRequest,
  bucket: string,
): Promise<ApiAnswer> {
  const { "content-type": contentType } = request.message.headers;
  const { metadata, mediaHeaders, media } = await splitMultipart(readBody(request), contentType);
  const body = parseObjectBody(parseJson(Buffer.from(metadata)));
  const mediaType = mediaHeaders.get("content-type");
  return storeObject(context, request, media, {
    bucket,
    name: request.query.get("name") ?? body.name ?? "",
    settings: applyObjectBody(mediaType === undefined ? {} : { contentType: mediaType }, body),
    checksums: { ...checksumsOf(body), ...parseHashHeader(request) },
  });
}

/**
 * Reads `X-Goog-Hash: crc32c=…,md5=…`, the checksums a client declares for the whole object.
 * https://cloud.google.com/storage/docs/xml-api/reference-headers#xgooghash
 */
export function parseHashHeader({ message }: ApiRequest): DeclaredChecksums {
  const checksums: DeclaredChecksums = {};
  for (const part of String(message.headers["x-goog-hash"] ?? "").split(",")) {
    const [, kind, value] = /^\s*(crc32c|md5)=(\S+)\s*$/.exec(part) ?? [];
    if (kind === "crc32c" && value !== undefined) {
      checksums.crc32c = value;
    } else if (kind === "md5" && value !== undefined) {
      checksums.md5Hash = value;
    }
  }
  return checksums;
}

/** Streams the bytes to a file no object refers to yet; a refusal or a crash leaves no object. */
async function storeObject(
  context: StorageContext,
  request: ApiRequest,
  bytes: AsyncIterable<Uint8Array>,
  described: Pick<NewObject, "bucket" | "name" | "settings" | "checksums">,
): Promise<ApiAnswer> {
  checkObjectName(described.name);
  requireBucket(context, described.bucket);
  const preconditions = parsePreconditions(request.query, "");
  checkPreconditions(preconditions, context.catalog.object(described.bucket, described.name));
  const content = randomUUID();
  const hash = createContentHash();
  const path = context.catalog.contentPath(content);
  try {
    await appendContent(path, bytes, hash);
    const object = finalizeObject(context, { ...described, content, hash, preconditions });
    return { status: 200, json: describeObject(object, context.url) };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}
