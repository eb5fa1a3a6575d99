import { randomUUID } from "node:crypto";
import { link, rm } from "node:fs/promises";
import { type ApiAnswer, type ApiRequest, readJson, type StorageContext } from "./api-request.ts";
import type { StoredObject } from "./catalog-schema.ts";
import { finalizeObject, requireObject } from "./change-objects.ts";
import { checkObjectName } from "./check-names.ts";
import { checkPreconditions, parseGeneration, parsePreconditions } from "./check-preconditions.ts";
import { describeObject } from "./describe-object.ts";
import { applyObjectBody, parseObjectBody } from "./parse-object-body.ts";
import { invalidRequest } from "./storage-error.ts";

type ObjectName = { bucket: string; name: string };

/**
 * `POST b/BUCKET/o/OBJECT/copyTo/b/BUCKET/o/OBJECT`: answers with the new object, as the older of the
 * two calls does.
 */
export async function copyObject(
  context: StorageContext,
  request: ApiRequest,
  from: ObjectName,
  to: ObjectName,
): Promise<ApiAnswer> {
  const object = await makeCopy(context, request, from, to);
  return { status: 200, json: describeObject(object, context.url) };
}

/** `POST b/BUCKET/o/OBJECT/rewriteTo/b/BUCKET/o/OBJECT`: a copy, always done in one call. */
export async function rewriteObject(
  context: StorageContext,
  request: ApiRequest,
  from: ObjectName,
  to: ObjectName,
): Promise<ApiAnswer> {
  if (request.query.has("rewriteToken")) {
    throw invalidRequest("Invalid rewriteToken: a rewrite is done in one call here.");
  }
  const object = await makeCopy(context, request, from, to);
  return {
    status: 200,
    json: {
      kind: "storage#rewriteResponse",
      totalBytesRewritten: String(object.size),
      objectSize: String(object.size),
      done: true,
      resource: describeObject(object, context.url),
    },
  };
}

/** Settings come from the source, unless the body has any: then only those apply. */
async function makeCopy(
  context: StorageContext,
  request: ApiRequest,
  from: ObjectName,
  to: ObjectName,
): Promise<StoredObject> {
  const { query } = request;
  const given = applyObjectBody({}, parseObjectBody(await readJson(request)));
  checkObjectName(to.name);
  const source = requireObject(
    context,
    from.bucket,
    from.name,
    parseGeneration(query, "sourceGeneration"),
  );
  checkPreconditions(parsePreconditions(query, "Source"), source);

  const content = randomUUID();
  const path = context.catalog.contentPath(content);
  // Bytes never change once they belong to an object, so a second name for them is a copy.
  await link(context.catalog.contentPath(source.content), path);
  try {
    return finalizeObject(context, {
      ...to,
      settings: Object.keys(given).length > 0 ? given : source.settings,
      content,
      hash: {
        size: () => source.size,
        crc32c: () => source.crc32c,
        md5Hash: () => source.md5Hash,
      },
      componentCount: source.componentCount,
      checksums: {},
      preconditions: parsePreconditions(query, ""),
    });
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}
