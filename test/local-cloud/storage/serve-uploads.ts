import type { ApiAnswer, ApiRequest, StorageContext } from "./api-request.ts";
import type { createResumableUploads } from "./resume-upload.ts";
import { invalidRequest, notImplemented } from "./storage-error.ts";
import { uploadMedia, uploadMultipart } from "./upload-object.ts";

/** `upload/storage/v1/b/BUCKET/o`: in one request, or resumable. @throws StorageError */
export async function serveUploads(
  context: StorageContext,
  uploads: ReturnType<typeof createResumableUploads>,
  request: ApiRequest,
  method: string,
  [root, bucket = "", collection, ...rest]: string[],
): Promise<ApiAnswer> {
  const uploadType = request.query.get("uploadType") ?? "";
  const uploadId = request.query.get("upload_id");
  if (root !== "b" || collection !== "o" || rest.length > 0) {
    throw notImplemented(`${method} to this upload path`);
  }
  if (uploadId !== null && method === "PUT") return uploads.resume(request, uploadId);
  if (uploadId !== null && method === "DELETE") return uploads.cancel(request, uploadId);
  if (method !== "POST") throw notImplemented(`${method} to an upload without upload_id`);
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
