import type { ApiAnswer, ApiRequest, StorageContext } from "./api-request.ts";
import type { createResumableUploads } from "./resume-upload.ts";
import { serveBuckets } from "./serve-buckets.ts";
import { serveNotificationConfigs } from "./serve-notification-configs.ts";
import { serveObjects } from "./serve-objects.ts";
import { serveUploads } from "./serve-uploads.ts";
import { notImplemented, StorageError } from "./storage-error.ts";

/** Parameters that change what a request means and that have no counterpart here. */
const unsupportedParameters = [
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

const unsupportedHeaders = [
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
    return serveUploads(context, uploads, request, method, splitPath(upload[1] ?? ""));
  }
  const segments = splitPath(path.replace(/^(?:\/download)?\/storage\/v1\//, "/"));
  const answer =
    serveBuckets(context, request, method, segments) ??
    serveNotificationConfigs(context, request, method, segments) ??
    serveObjects(context, request, method, segments);
  if (answer === undefined) throw notImplemented(`${method} ${path}`);
  return answer;
}

function refuseUnsupported({ query, message }: ApiRequest): void {
  for (const parameter of unsupportedParameters) {
    const value = query.get(parameter) ?? "";
    if (value !== "" && value !== "false") throw notImplemented(`the parameter ${parameter}`);
  }
  for (const header of unsupportedHeaders) {
    if (message.headers[header] !== undefined) throw notImplemented(`the header ${header}`);
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
