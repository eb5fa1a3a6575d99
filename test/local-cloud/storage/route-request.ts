import type { ApiAnswer, ApiRequest, StorageContext } from "./api-request.ts";
import { rewriteObject } from "./copy-object.ts";
import { downloadObject } from "./download-object.ts";
import type { createResumableUploads } from "./resume-upload.ts";
import {
  deleteBucket,
  getBucket,
  insertBucket,
  listBuckets,
  patchBucket,
} from "./serve-buckets.ts";
import {
  deleteNotificationConfig,
  getNotificationConfig,
  insertNotificationConfig,
  listNotificationConfigs,
} from "./serve-notification-configs.ts";
import { deleteObject, getObject, listObjects, patchObject } from "./serve-objects.ts";
import { invalidRequest, notImplemented, StorageError } from "./storage-error.ts";
import { uploadMedia, uploadMultipart } from "./upload-object.ts";

/** Parameters that change what a request means and that have no counterpart here. */
const UNSUPPORTED_PARAMETERS = [
  "destinationKmsKeyName",
  "destinationPredefinedAcl",
  "enableObjectRetention",
  "includeFoldersAsPrefixes",
  "includeTrailingDelimiter",
  "kmsKeyName",
  "matchGlob",
  "overrideUnlockedRetention",
  "predefinedAcl",
  "predefinedDefaultObjectAcl",
  "restoreToken",
  "softDeleted",
];

const UNSUPPORTED_HEADERS = [
  "if-match",
  "if-none-match",
  "x-goog-copy-source-encryption-key",
  "x-goog-encryption-key",
  "x-http-method-override",
];

type Uploads = ReturnType<typeof createResumableUploads>;

/**
 * Finds the operation for a request and runs it.
 *
 * Paths are accepted with and without `/storage/v1` in front: Google's client leaves it out when
 * `STORAGE_EMULATOR_HOST` is set, except for uploads.
 *
 * @throws StorageError for every refusal, 501 for what is not there
 */
export async function routeRequest(
  context: StorageContext,
  uploads: Uploads,
  request: ApiRequest,
  path: string,
): Promise<ApiAnswer> {
  refuseUnsupported(request);
  const { method = "GET" } = request.message;
  const upload = /^\/(?:resumable\/)?upload\/storage\/v1(\/.*)$/.exec(path);
  if (upload !== null) {
    return routeUpload(context, uploads, request, method, splitPath(upload[1] ?? ""));
  }
  const segments = splitPath(path.replace(/^(?:\/download)?\/storage\/v1\//, "/"));
  const answer =
    routeBucket(context, request, method, segments) ??
    routeNotification(context, request, method, segments) ??
    routeObject(context, request, method, segments);
  if (answer === undefined) {
    throw notImplemented(`${method} ${path}`);
  }
  return answer;
}

type Routed = ApiAnswer | Promise<ApiAnswer> | undefined;

function routeBucket(
  context: StorageContext,
  request: ApiRequest,
  method: string,
  [root, bucket, ...rest]: string[],
): Routed {
  if (root !== "b" || rest.length > 0) {
    return undefined;
  }
  switch (`${method} ${bucket === undefined ? "all" : "one"}`) {
    case "GET all":
      return listBuckets(context, request);
    case "POST all":
      return insertBucket(context, request);
    case "GET one":
      return getBucket(context, request, bucket ?? "");
    case "PATCH one":
      return patchBucket(context, request, bucket ?? "");
    case "DELETE one":
      return deleteBucket(context, request, bucket ?? "");
    default:
      return undefined;
  }
}

function routeNotification(
  context: StorageContext,
  request: ApiRequest,
  method: string,
  [root, bucket = "", collection, id, ...rest]: string[],
): Routed {
  if (root !== "b" || collection !== "notificationConfigs" || rest.length > 0) {
    return undefined;
  }
  switch (`${method} ${id === undefined ? "all" : "one"}`) {
    case "GET all":
      return listNotificationConfigs(context, bucket);
    case "POST all":
      return insertNotificationConfig(context, request, bucket);
    case "GET one":
      return getNotificationConfig(context, bucket, id ?? "");
    case "DELETE one":
      return deleteNotificationConfig(context, bucket, id ?? "");
    default:
      return undefined;
  }
}

function routeObject(
  context: StorageContext,
  request: ApiRequest,
  method: string,
  [root, bucket = "", collection, name, action, ...target]: string[],
): Routed {
  if (root !== "b" || collection !== "o") {
    return undefined;
  }
  if (name === undefined) {
    return method === "GET" ? listObjects(context, request, bucket) : undefined;
  }
  if (action !== undefined) {
    const [toRoot, toBucket = "", toCollection, toName = "", ...rest] = target;
    const rewrites = action === "rewriteTo" && toRoot === "b" && toCollection === "o";
    return method === "POST" && rewrites && rest.length === 0
      ? rewriteObject(context, request, { bucket, name }, { bucket: toBucket, name: toName })
      : undefined;
  }
  switch (method) {
    case "GET":
      return request.query.get("alt") === "media"
        ? downloadObject(context, request, bucket, name)
        : getObject(context, request, bucket, name);
    case "PATCH":
      return patchObject(context, request, bucket, name);
    case "DELETE":
      return deleteObject(context, request, bucket, name);
    default:
      return undefined;
  }
}

async function routeUpload(
  context: StorageContext,
  uploads: Uploads,
  request: ApiRequest,
  method: string,
  [root, bucket = "", collection, ...rest]: string[],
): Promise<ApiAnswer> {
  const uploadType = request.query.get("uploadType") ?? "";
  const uploadId = request.query.get("upload_id");
  if (root !== "b" || collection !== "o" || rest.length > 0) {
    throw notImplemented(`${method} to this upload path`);
  }
  if (uploadId !== null && method === "PUT") {
    return uploads.resume(request, uploadId);
  }
  if (uploadId !== null && method === "DELETE") {
    return uploads.cancel(request, uploadId);
  }
  if (method !== "POST") {
    throw notImplemented(`${method} to an upload without upload_id`);
  }
  switch (uploadType) {
    case "media":
      return uploadMedia(context, request, bucket);
    case "multipart":
      return uploadMultipart(context, request, bucket);
    case "resumable":
      return uploads.start(request, bucket);
    default:
      throw invalidRequest(`Unknown uploadType: '${uploadType}'`);
  }
}

function refuseUnsupported({ query, message }: ApiRequest): void {
  for (const parameter of UNSUPPORTED_PARAMETERS) {
    const value = query.get(parameter) ?? "";
    if (value !== "" && value !== "false") {
      throw notImplemented(`the parameter ${parameter}`);
    }
  }
  for (const header of UNSUPPORTED_HEADERS) {
    if (message.headers[header] !== undefined) {
      throw notImplemented(`the header ${header}`);
    }
  }
  if (message.headers["content-encoding"] !== undefined) {
    throw notImplemented("a request with Content-Encoding");
  }
}

/** Names are percent-encoded within a segment, so that a slash in a name does not split it. */
function splitPath(path: string): string[] {
  try {
    return path
      .split("/")
      .slice(1)
      .map((segment) => decodeURIComponent(segment));
  } catch (error) {
    throw Object.assign(new StorageError(400, "invalid", "The path is not valid UTF-8."), {
      cause: error,
    });
  }
}
