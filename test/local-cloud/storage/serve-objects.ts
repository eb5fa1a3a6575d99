import {
  type ApiAnswer,
  type ApiRequest,
  type RoutedAnswer,
  readJson,
  type StorageContext,
} from "./api-request.ts";
import { removeObject, requireBucket, requireObject, updateObject } from "./change-objects.ts";
import { checkPreconditions, parseGeneration, parsePreconditions } from "./check-preconditions.ts";
import { composeObject } from "./compose-object.ts";
import { copyObject, rewriteObject } from "./copy-object.ts";
import { describeObject } from "./describe-object.ts";
import { downloadObject } from "./download-object.ts";
import { listNames } from "./list-names.ts";
import { parseMaxResults } from "./parse-max-results.ts";
import { applyObjectBody, parseObjectBody } from "./parse-object-body.ts";

/** `b/BUCKET/o` and what is below, uploads aside. @throws StorageError */
export function serveObjects(
  context: StorageContext,
  request: ApiRequest,
  method: string,
  [root, bucket = "", collection, name, action, ...target]: string[],
): RoutedAnswer {
  if (root !== "b" || collection !== "o") return undefined;
  if (name === undefined) {
    return method === "GET" ? listObjects(context, request, bucket) : undefined;
  }
  if (action !== undefined) {
    return method === "POST"
      ? changeObject(context, request, { bucket, name }, action, target)
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

/** `POST b/BUCKET/o/OBJECT/…`: what makes one object of others. */
function changeObject(
  context: StorageContext,
  request: ApiRequest,
  object: { bucket: string; name: string },
  action: string,
  target: readonly string[],
): RoutedAnswer {
  if (action === "compose") {
    return target.length === 0 ? composeObject(context, request, object) : undefined;
  }
  const [root, bucket = "", collection, name = "", ...rest] = target;
  if (root !== "b" || collection !== "o" || rest.length > 0) return undefined;
  switch (action) {
    case "copyTo":
      return copyObject(context, request, object, { bucket, name });
    case "rewriteTo":
      return rewriteObject(context, request, object, { bucket, name });
    default:
      return undefined;
  }
}

/** `GET b/BUCKET/o` */
function listObjects(context: StorageContext, { query }: ApiRequest, bucket: string): ApiAnswer {
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
function getObject(
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
async function patchObject(
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
function deleteObject(
  context: StorageContext,
  { query }: ApiRequest,
  bucket: string,
  name: string,
): ApiAnswer {
  const object = requireObject(context, bucket, name, parseGeneration(query, "generation"));
  removeObject(context, object, parsePreconditions(query, ""));
  return { status: 204 };
}
