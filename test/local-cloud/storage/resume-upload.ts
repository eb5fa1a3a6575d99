import { randomUUID } from "node:crypto";
import { rm, stat } from "node:fs/promises";
import {
  type ApiAnswer,
  type ApiRequest,
  readBody,
  readJson,
  type StorageContext,
} from "./api-request.ts";
import { appendContent } from "./append-content.ts";
import type { UploadSession } from "./catalog-schema.ts";
import { finalizeObject, requireBucket } from "./change-objects.ts";
import { checkObjectName } from "./check-names.ts";
import { checkPreconditions, parsePreconditions } from "./check-preconditions.ts";
import { describeObject } from "./describe-object.ts";
import { type ContentHash, createContentHash, hashContent } from "./hash-content.ts";
import { type ContentRange, parseContentRange } from "./parse-content-range.ts";
import { applyObjectBody, checksumsOf, parseObjectBody } from "./parse-object-body.ts";
import { invalidRequest, StorageError } from "./storage-error.ts";
import { parseHashHeader } from "./upload-object.ts";

/** Chunks but the last must be at least this long; multiples of it are what clients send. */
const chunkUnitBytes = 262_144;

/** What this process knows of an upload beyond the catalog. */
type LiveUpload = {
  hash: ContentHash | undefined;
  /** Cuts off the request that is writing, if any. */
  interrupt: () => void;
  /** Settles when no request is writing. */
  idle: Promise<unknown>;
};

/**
 * Resumable uploads: started, continued in chunks or after an interruption (of the connection or of
 * this server), asked for their status, cancelled.
 * https://cloud.google.com/storage/docs/performing-resumable-uploads
 */
export function createResumableUploads(context: StorageContext) {
  const live = new Map<string, LiveUpload>();
  const { catalog } = context;

  /** `POST upload/b/BUCKET/o?uploadType=resumable` */
  async function start(request: ApiRequest, bucket: string): Promise<ApiAnswer> {
    const { headers } = request.message;
    const body = parseObjectBody(await readJson(request));
    const name = request.query.get("name") ?? body.name ?? "";
    checkObjectName(name);
    requireBucket(context, bucket);
    const preconditions = parsePreconditions(request.query, "");
    checkPreconditions(preconditions, catalog.object(bucket, name));
    const contentType = headers["x-upload-content-type"];
    const declaredSize = parseDeclaredSize(headers["x-upload-content-length"]);
    const upload: UploadSession = {
      id: randomUUID(),
      bucket,
      name,
      settings: applyObjectBody(typeof contentType === "string" ? { contentType } : {}, body),
      preconditions,
      checksums: checksumsOf(body),
      ...(declaredSize !== undefined && { declaredSize }),
      startedAt: new Date().toISOString(),
      content: randomUUID(),
      state: "open",
    };
    catalog.commit({ change: "upload", upload });
    const query = new URLSearchParams({ uploadType: "resumable", name, upload_id: upload.id });
    // The address the client used, which may be a proxy's.
    const origin = headers.host === undefined ? context.url : `http://${headers.host}`;
    const location = `${origin}/upload/storage/v1/b/${bucket}/o?${query.toString()}`;
    return { status: 200, headers: { location, "x-guploader-uploadid": upload.id } };
  }

  /** `PUT` to the location `start` gave: a chunk, the rest, or the question how far it is. */
  async function resume(request: ApiRequest, uploadId: string): Promise<ApiAnswer> {
    const range = parseContentRange(request.message.headers["content-range"]);
    return alone(uploadId, request, async (state) => {
      const upload = requireUpload(uploadId);
      if (upload.state === "cancelled") throw cancelled();
      if (upload.result !== undefined) {
        return { status: 200, json: describeObject(upload.result, context.url) };
      }
      const received = await receivedBytes(upload);
      const size =
        range.kind === "status" ? received : await receive(request, upload, state, range, received);
      const total = totalOf(request, range, size);
      return size === total
        ? finish(request, upload, state)
        : { status: 308, headers: size === 0 ? {} : { range: `bytes=0-${size - 1}` } };
    });
  }

  /** `DELETE` to the location `start` gave; the real service answers 499, too. */
  async function cancel(request: ApiRequest, uploadId: string): Promise<ApiAnswer> {
    return alone(uploadId, request, async () => {
      const upload = requireUpload(uploadId);
      if (upload.state === "finished") {
        throw invalidRequest("The upload is finished; delete the object instead.");
      }
      await abandon(upload);
      throw cancelled();
    });
  }

  return { start, resume, cancel };

  /** One request at a time: a new one means its client has given up on the one before. */
  async function alone(
    uploadId: string,
    request: ApiRequest,
    work: (state: LiveUpload) => Promise<ApiAnswer>,
  ): Promise<ApiAnswer> {
    requireUpload(uploadId);
    const state = live.get(uploadId) ?? {
      hash: undefined,
      interrupt() {},
      idle: Promise.resolve(),
    };
    live.set(uploadId, state);
    state.interrupt();
    const before = state.idle;
    const interrupt = () => {
      request.message.destroy();
    };
    const working = before.then(() => work(state));
    state.interrupt = interrupt;
    state.idle = working.catch(() => {});
    return working.finally(() => {
      if (state.interrupt === interrupt) {
        state.interrupt = () => {};
      }
      if (catalog.upload(uploadId)?.state !== "open") {
        live.delete(uploadId);
      }
    });
  }

  /** Adds what is new of the request's bytes. @returns how many there are now */
  async function receive(
    request: ApiRequest,
    upload: UploadSession,
    state: LiveUpload,
    range: Extract<ContentRange, { kind: "bytes" }>,
    received: number,
  ): Promise<number> {
    checkChunk(range, received);
    const path = catalog.contentPath(upload.content);
    // Counted anew after a restart, and after a failed write left less on the disk than was hashed.
    if (received === 0) {
      state.hash = createContentHash();
    } else if (state.hash?.size() !== received) {
      state.hash = await hashContent(path);
    }
    const end = range.last === undefined ? range.total : range.last + 1;
    await appendContent(path, newBytes(readBody(request), range.first, received, end), state.hash);
    return state.hash.size();
  }

  async function finish(
    request: ApiRequest,
    upload: UploadSession,
    state: LiveUpload,
  ): Promise<ApiAnswer> {
    const path = catalog.contentPath(upload.content);
    const size = await receivedBytes(upload);
    if (size !== (upload.declaredSize ?? size)) {
      await abandon(upload);
      throw invalidRequest(`The upload declared ${upload.declaredSize} bytes and brought ${size}.`);
    }
    if (size === 0) {
      await appendContent(path, noBytes(), createContentHash());
    }
    const hash = state.hash?.size() === size ? state.hash : await hashContent(path);
    try {
      const object = finalizeObject(context, {
        ...upload,
        hash,
        checksums: { ...upload.checksums, ...parseHashHeader(request) },
        uploadId: upload.id,
      });
      return { status: 200, json: describeObject(object, context.url) };
    } catch (error) {
      if (error instanceof StorageError) {
        // Neither wrong bytes nor a lost race become right by sending more.
        await abandon(upload);
      }
      throw error;
    }
  }

  async function abandon(upload: UploadSession): Promise<void> {
    catalog.commit({ change: "upload", upload: { ...upload, state: "cancelled" } });
    await rm(catalog.contentPath(upload.content), { force: true });
  }

  function requireUpload(uploadId: string): UploadSession {
    const upload = catalog.upload(uploadId);
    if (upload === undefined) {
      throw new StorageError(404, "notFound", "No such upload, or it is over a week old.");
    }
    return upload;
  }

  async function receivedBytes(upload: UploadSession): Promise<number> {
    const file = await stat(catalog.contentPath(upload.content)).catch(() => undefined);
    return file?.size ?? 0;
  }
}

function cancelled(): StorageError {
  return new StorageError(499, "clientClosedRequest", "The upload is cancelled.");
}

function parseDeclaredSize(header: string | string[] | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (typeof header !== "string" || !/^\d{1,15}$/.test(header)) {
    throw invalidRequest(`Invalid X-Upload-Content-Length: ${String(header)}`);
  }
  return Number(header);
}

/** The size the object will have, when the request tells: by number, or by being the last one. */
function totalOf(request: ApiRequest, range: ContentRange, size: number): number | undefined {
  if (range.total !== undefined || range.kind === "status" || range.last !== undefined) {
    return range.total;
  }
  return request.message.readableEnded ? size : undefined;
}

function checkChunk(range: Extract<ContentRange, { kind: "bytes" }>, received: number): void {
  if (range.first > received) {
    throw new StorageError(
      503,
      "backendError",
      `Invalid request. According to the Content-Range header, the upload offset is ${range.first} byte(s), which exceeds already uploaded size of ${received} byte(s).`,
    );
  }
  if (range.last === undefined || range.last + 1 === range.total) return;
  const length = range.last + 1 - range.first;
  if (length < chunkUnitBytes) {
    throw invalidRequest(
      `Invalid request. The number of bytes uploaded is required to be equal or greater than ${chunkUnitBytes}, except for the final request. The received request contained ${length} bytes.`,
    );
  }
}

/** The bytes of a body that begins at `first`, without those before `received`, up to `end`. */
async function* newBytes(
  body: AsyncIterable<Buffer>,
  first: number,
  received: number,
  end: number | undefined,
): AsyncGenerator<Buffer> {
  let at = first;
  for await (const bytes of body) {
    const known = Math.min(Math.max(received - at, 0), bytes.length);
    at += bytes.length;
    if (end !== undefined && at > end) {
      throw invalidRequest("The body is longer than its Content-Range says.");
    }
    if (known < bytes.length) {
      yield bytes.subarray(known);
    }
  }
}

async function* noBytes(): AsyncGenerator<Buffer> {}
