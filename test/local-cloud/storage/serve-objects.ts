import { type ApiAnswer, type ApiRequest, readJson, type StorageContext } from "./api-request.ts";
import { removeObject, requireBucket, requireObject, updateObject } from "./change-objects.ts";
import { checkPreconditions, parseGeneration, parsePreconditions } from "./check-preconditions.ts";
import { describeObject } from "./describe-object.ts";
import { listNames } from "./list-names.ts";
import { applyObjectBody, parseObjectBody } from "./parse-object-body.ts";
import { invalidRequest } from "./storage-error.ts";

/** The real service gives at most so many entries a page. */
const MAX_RESULTS = 1000;

/** `GET b/BUCKET/o` */
export function listObjects(
  context: StorageContext,
  { query }: ApiRequest,
  bucket: string,
): ApiAnswer {
  requireBucket(context, bucket);
  const objects = context.catalog.objects(bucket);
  const page = listNames(objects.keys(), {
    prefix: query.get("prefix") ?? "",
    delimiter: query.get("delimiter") ?? "",
    startOffset: query.get("startOffset") ?? "",
    endOffset: query.get("endOffset") ?? "",
    maxResults: parseMaxResults(query),
    pageToken: query.get("pageToken") ?? undefined,
  });
  const items = page.names.flatMap((name) => {
    const object = objects.get(name);
    return object === undefined ? [] : [describeObject(object, context.url)];
  });
  return {
    status: 200,
    json: {
      kind: "storage#objects",
      ...(page.nextPageToken !== undefined && { nextPageToken: page.nextPageToken }),
      ...(page.prefixes.length > 0 && { prefixes: page.prefixes }),
      ...(items.length > 0 && { items }),
    },
  };
}

/** `GET b/BUCKET/o/OBJECT` without `alt=media` */
export function getObject(
  context: StorageContext,
  { query }: ApiRequest,
  bucket: string,
  name: string,
): ApiAnswer {
  const object = requireObject(context, bucket, name, parseGeneration(query, "generation"));
  checkPreconditions(parsePreconditions(query, ""), object);
  return { status: 200, json: describeObject(object, context.url) };
}

/** `PATCH b/BUCKET/o/OBJECT` */
export async function patchObject(
  context: StorageContext,
  request: ApiRequest,
  bucket: string,
  name: string,
): Promise<ApiAnswer> {
  const body = parseObjectBody(await readJson(request));
  const before = requireObject(context, bucket, name, parseGeneration(request.query, "generation"));
  const after = updateObject(
    context,
    before,
    applyObjectBody(before.settings, body),
    parsePreconditions(request.query, ""),
  );
  return { status: 200, json: describeObject(after, context.url) };
}

/** `DELETE b/BUCKET/o/OBJECT` */
export function deleteObject(
  context: StorageContext,
  { query }: ApiRequest,
  bucket: string,
  name: string,
): ApiAnswer {
  const object = requireObject(context, bucket, name, parseGeneration(query, "generation"));
  removeObject(context, object, parsePreconditions(query, ""));
  return { status: 204 };
}

/** @throws StorageError 400 when it is not a positive integer */
export function parseMaxResults(query: URLSearchParams): number {
  const text = query.get("maxResults") ?? String(MAX_RESULTS);
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0) {
    throw invalidRequest(`Invalid value for maxResults: '${text}'`);
  }
  return Math.min(Number(text), MAX_RESULTS);
}
