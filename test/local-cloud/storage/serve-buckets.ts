import { z } from "zod";
import {
  type ApiAnswer,
  type ApiRequest,
  type RoutedAnswer,
  readJson,
  type StorageContext,
} from "./api-request.ts";
import type { StoredBucket } from "./catalog-schema.ts";
import { requireBucket } from "./change-objects.ts";
import { checkBucketName } from "./check-names.ts";
import { checkPreconditions, parsePreconditions } from "./check-preconditions.ts";
import { describeBucket } from "./describe-bucket.ts";
import { listNames } from "./list-names.ts";
import { parseMaxResults } from "./parse-max-results.ts";
import { invalidRequest, notImplemented, StorageError } from "./storage-error.ts";

const setByTheService = [
  "etag",
  "generation",
  "id",
  "kind",
  "locationType",
  "metageneration",
  "owner",
  "projectNumber",
  "selfLink",
  "timeCreated",
  "updated",
] as const;

const bucketBody = z.looseObject({
  name: z.string().optional(),
  location: z.string().optional(),
  storageClass: z.string().optional(),
  labels: z.record(z.string(), z.string().nullable()).nullish(),
  iamConfiguration: z
    .object({
      uniformBucketLevelAccess: z.looseObject({ enabled: z.boolean() }).optional(),
      publicAccessPrevention: z.enum(["inherited", "enforced"]).optional(),
    })
    .optional(),
});
type BucketBody = z.infer<typeof bucketBody>;

const supported = new Set<string>([...Object.keys(bucketBody.shape), ...setByTheService]);

/** What turns a feature off asks for nothing, so that a careful client is not refused. */
const turnedOff = z.union([
  z.null(),
  z.literal(false),
  z.array(z.unknown()).length(0),
  z.strictObject({ enabled: z.literal(false) }),
  z.strictObject({ retentionDurationSeconds: z.literal([0, "0"]) }),
]);

/** Buckets: `b` and `b/BUCKET`. @throws StorageError */
export function serveBuckets(
  context: StorageContext,
  request: ApiRequest,
  method: string,
  [root, bucket, ...rest]: string[],
): RoutedAnswer {
  if (root !== "b" || rest.length > 0) return undefined;
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

/** `GET b?project=P` */
function listBuckets(context: StorageContext, { query }: ApiRequest): ApiAnswer {
  const project = requireProject(query);
  const buckets = [...context.catalog.buckets()].filter((bucket) => bucket.project === project);
  const page = listNames(
    buckets.map((bucket) => bucket.name),
    {
      prefix: query.get("prefix") ?? "",
      delimiter: "",
      startOffset: "",
      endOffset: "",
      maxResults: parseMaxResults(query),
      pageToken: query.get("pageToken") ?? undefined,
    },
  );
  return {
    status: 200,
    json: {
      kind: "storage#buckets",
      ...(page.nextPageToken !== undefined && { nextPageToken: page.nextPageToken }),
      items: page.names.map((name) => describeBucket(requireBucket(context, name), context.url)),
    },
  };
}

/** `POST b?project=P` */
async function insertBucket(context: StorageContext, request: ApiRequest): Promise<ApiAnswer> {
  const project = requireProject(request.query);
  const body = parseBucketBody(await readJson(request));
  const name = body.name ?? "";
  checkBucketName(name);
  if (context.catalog.bucket(name) !== undefined) {
    throw new StorageError(
      409,
      "conflict",
      "Your previous request to create the named bucket succeeded and you already own it.",
    );
  }
  const time = new Date().toISOString();
  const access = body.iamConfiguration;
  const bucket: StoredBucket = {
    name,
    project,
    metageneration: 1,
    timeCreated: time,
    updated: time,
    location: (body.location ?? "US").toUpperCase(),
    storageClass: body.storageClass ?? "STANDARD",
    labels: mergeLabels({}, body),
    uniformBucketLevelAccess: access?.uniformBucketLevelAccess?.enabled ?? true,
    publicAccessPrevention: access?.publicAccessPrevention ?? "inherited",
    notificationConfigs: [],
    nextNotificationId: 1,
  };
  context.catalog.commit({ change: "bucket", bucket });
  return { status: 200, json: describeBucket(bucket, context.url) };
}

/** `GET b/BUCKET` */
function getBucket(context: StorageContext, { query }: ApiRequest, name: string): ApiAnswer {
  const bucket = requireBucket(context, name);
  checkPreconditions(parsePreconditions(query, ""), { ...bucket, generation: 0 });
  return { status: 200, json: describeBucket(bucket, context.url) };
}

/** `PATCH b/BUCKET`: labels and access settings; the location of a bucket never changes. */
async function patchBucket(
  context: StorageContext,
  request: ApiRequest,
  name: string,
): Promise<ApiAnswer> {
  const body = parseBucketBody(await readJson(request));
  const before = requireBucket(context, name);
  checkPreconditions(parsePreconditions(request.query, ""), { ...before, generation: 0 });
  if (body.location !== undefined && body.location.toUpperCase() !== before.location) {
    throw invalidRequest("The location of a bucket cannot be changed.");
  }
  const access = body.iamConfiguration;
  const bucket: StoredBucket = {
    ...before,
    metageneration: before.metageneration + 1,
    updated: new Date().toISOString(),
    storageClass: body.storageClass ?? before.storageClass,
    labels: mergeLabels(before.labels, body),
    uniformBucketLevelAccess:
      access?.uniformBucketLevelAccess?.enabled ?? before.uniformBucketLevelAccess,
    publicAccessPrevention: access?.publicAccessPrevention ?? before.publicAccessPrevention,
  };
  context.catalog.commit({ change: "bucket", bucket });
  return { status: 200, json: describeBucket(bucket, context.url) };
}

/** `DELETE b/BUCKET`: only an empty one. */
function deleteBucket(context: StorageContext, { query }: ApiRequest, name: string): ApiAnswer {
  const bucket = requireBucket(context, name);
  checkPreconditions(parsePreconditions(query, ""), { ...bucket, generation: 0 });
  if (context.catalog.objects(name).size > 0) {
    throw new StorageError(409, "conflict", "The bucket you tried to delete is not empty.");
  }
  context.catalog.commit({ change: "bucket-removed", name });
  return { status: 204 };
}

function requireProject(query: URLSearchParams): string {
  const project = query.get("project");
  if (!project) throw new StorageError(400, "required", "Required parameter: project");
  return project;
}

function parseBucketBody(json: unknown): BucketBody {
  const parsed = bucketBody.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw invalidRequest(`Invalid bucket resource: ${issue?.path.join(".")}: ${issue?.message}`);
  }
  for (const [field, value] of Object.entries(parsed.data)) {
    if (!supported.has(field) && !turnedOff.safeParse(value).success) {
      throw notImplemented(`the field ${field} of a bucket`);
    }
  }
  return parsed.data;
}

function mergeLabels(before: Record<string, string>, { labels }: BucketBody) {
  const merged = new Map(Object.entries(labels === null ? {} : before));
  for (const [key, value] of Object.entries(labels ?? {})) {
    if (value === null) {
      merged.delete(key);
    } else {
      merged.set(key, value);
    }
  }
  return Object.fromEntries(merged);
}
