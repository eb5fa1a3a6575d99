import { open } from "node:fs/promises";
import { PassThrough, pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { ApiAnswer, ApiRequest, StorageContext } from "./api-request.ts";
import type { StoredObject } from "./catalog-schema.ts";
import { requireObject } from "./change-objects.ts";
import { checkPreconditions, parseGeneration, parsePreconditions } from "./check-preconditions.ts";
import { etagOf } from "./describe-object.ts";
import { parseRange } from "./parse-range.ts";
import { StorageError } from "./storage-error.ts";

const readBytes = 262_144;

/**
 * `GET b/BUCKET/o/OBJECT?alt=media`: the bytes as they are stored, whole or one range of them.
 *
 * Bytes stored with `contentEncoding: gzip` go out as they are, with that header, to a client that
 * accepts gzip. To one that does not they are decompressed on the way and a Range is ignored, as the
 * real service does it. https://cloud.google.com/storage/docs/transcoding
 */
export async function downloadObject(
  context: StorageContext,
  { query, message }: ApiRequest,
  bucket: string,
  name: string,
): Promise<ApiAnswer> {
  const object = requireObject(context, bucket, name, parseGeneration(query, "generation"));
  checkPreconditions(parsePreconditions(query, ""), object);
  if (isTranscoded(object, message.headers["accept-encoding"])) {
    return sendDecompressed(context, object);
  }
  const range = parseRange(message.headers.range, object.size);
  if (range === "unsatisfiable") {
    throw new StorageError(
      416,
      "requestedRangeNotSatisfiable",
      "The requested range cannot be satisfied.",
    );
  }
  const { first, last } = range === "whole" ? { first: 0, last: object.size - 1 } : range;
  const encoding = object.settings.contentEncoding;
  return {
    status: range === "whole" ? 200 : 206,
    headers: {
      ...headersOf(object),
      "accept-ranges": "bytes",
      "content-length": last - first + 1,
      ...(encoding !== undefined && { "content-encoding": encoding }),
      ...(range !== "whole" && { "content-range": `bytes ${first}-${last}/${object.size}` }),
    },
    stream: await openContent(context, object, first, last),
  };
}

function isTranscoded(object: StoredObject, accepted: string | string[] | undefined): boolean {
  const { contentEncoding, cacheControl } = object.settings;
  return (
    contentEncoding === "gzip" &&
    !/\bno-transform\b/i.test(cacheControl ?? "") &&
    !/(?:\bgzip\b|\*)(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(String(accepted ?? ""))
  );
}

async function sendDecompressed(context: StorageContext, object: StoredObject): Promise<ApiAnswer> {
  const stored = await openContent(context, object, 0, object.size - 1);
  // An error here cuts the answer off: the status is long gone when the bytes turn out not to be gzip.
  const decompressed = pipeline(stored, createGunzip(), () => {});
  return {
    status: 200,
    headers: { ...headersOf(object), warning: "214 UploadServer gunzipped" },
    stream: decompressed,
  };
}

/** Opened before the answer begins: a later overwrite or delete does not touch this download. */
async function openContent(
  context: StorageContext,
  object: StoredObject,
  first: number,
  last: number,
): Promise<Readable> {
  if (last < first) return new PassThrough().end();
  const file = await open(context.catalog.contentPath(object.content), "r");
  return file.createReadStream({ start: first, end: last, highWaterMark: readBytes });
}

function headersOf(object: StoredObject): Record<string, string | number> {
  const { contentType, contentDisposition, contentLanguage, cacheControl } = object.settings;
  return {
    "content-type": contentType ?? "application/octet-stream",
    "cache-control": cacheControl ?? "private, max-age=0",
    "last-modified": new Date(object.updated).toUTCString(),
    etag: etagOf(object),
    "x-goog-generation": object.generation,
    "x-goog-metageneration": object.metageneration,
    "x-goog-hash": `crc32c=${object.crc32c}${object.md5Hash === undefined ? "" : `,md5=${object.md5Hash}`}`,
    "x-goog-storage-class": "STANDARD",
    "x-goog-stored-content-encoding": object.settings.contentEncoding ?? "identity",
    "x-goog-stored-content-length": object.size,
    ...(contentDisposition !== undefined && { "content-disposition": contentDisposition }),
    ...(contentLanguage !== undefined && { "content-language": contentLanguage }),
  };
}
