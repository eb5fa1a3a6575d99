import { z } from "zod";
import {
  type ApiAnswer,
  type ApiRequest,
  type RoutedAnswer,
  readJson,
  type StorageContext,
} from "./api-request.ts";
import { type NotificationConfig, notificationConfig } from "./catalog-schema.ts";
import { requireBucket } from "./change-objects.ts";
import { describeNotificationConfig } from "./describe-bucket.ts";
import { invalidRequest, StorageError } from "./storage-error.ts";

const topic = /^\/\/pubsub\.[a-z0-9.-]+\/(?<topic>projects\/[^/]+\/topics\/[^/]+)$/;

/** As a client sends it; the topic begins with its service. */
const configBody = notificationConfig.omit({ id: true }).extend({
  topic: z.string().regex(topic, "must be //pubsub.googleapis.com/projects/P/topics/T"),
});

/** `b/BUCKET/notificationConfigs` and what is below. @throws StorageError */
export function serveNotificationConfigs(
  context: StorageContext,
  request: ApiRequest,
  method: string,
  [root, bucket = "", collection, id, ...rest]: string[],
): RoutedAnswer {
  if (root !== "b" || collection !== "notificationConfigs" || rest.length > 0) return undefined;
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

/** `POST b/BUCKET/notificationConfigs`. Whether the topic exists shows at the first message only. */
async function insertNotificationConfig(
  context: StorageContext,
  request: ApiRequest,
  bucketName: string,
): Promise<ApiAnswer> {
  const parsed = configBody.safeParse(await readJson(request));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw invalidRequest(`Invalid notification: ${issue?.path.join(".")}: ${issue?.message}`);
  }
  const bucket = requireBucket(context, bucketName);
  const config: NotificationConfig = {
    ...parsed.data,
    topic: topic.exec(parsed.data.topic)?.groups?.topic ?? "",
    id: String(bucket.nextNotificationId),
  };
  context.catalog.commit({
    change: "bucket",
    bucket: {
      ...bucket,
      notificationConfigs: [...bucket.notificationConfigs, config],
      nextNotificationId: bucket.nextNotificationId + 1,
    },
  });
  return { status: 200, json: describeNotificationConfig(config, bucketName, context.url) };
}

/** `GET b/BUCKET/notificationConfigs` */
function listNotificationConfigs(context: StorageContext, bucketName: string): ApiAnswer {
  const items = requireBucket(context, bucketName).notificationConfigs.map((config) =>
    describeNotificationConfig(config, bucketName, context.url),
  );
  return {
    status: 200,
    json: { kind: "storage#notifications", ...(items.length > 0 && { items }) },
  };
}

/** `GET b/BUCKET/notificationConfigs/ID` */
function getNotificationConfig(context: StorageContext, bucketName: string, id: string): ApiAnswer {
  const config = requireConfig(context, bucketName, id);
  return { status: 200, json: describeNotificationConfig(config, bucketName, context.url) };
}

/** `DELETE b/BUCKET/notificationConfigs/ID`; what is already owed is still sent. */
function deleteNotificationConfig(
  context: StorageContext,
  bucketName: string,
  id: string,
): ApiAnswer {
  const removed = requireConfig(context, bucketName, id);
  const bucket = requireBucket(context, bucketName);
  const notificationConfigs = bucket.notificationConfigs.filter((config) => config !== removed);
  context.catalog.commit({ change: "bucket", bucket: { ...bucket, notificationConfigs } });
  return { status: 204 };
}

function requireConfig(
  context: StorageContext,
  bucketName: string,
  id: string,
): NotificationConfig {
  const config = requireBucket(context, bucketName).notificationConfigs.find(
    (candidate) => candidate.id === id,
  );
  if (config === undefined) {
    throw new StorageError(404, "notFound", `No such notification: ${bucketName}/${id}`);
  }
  return config;
}
