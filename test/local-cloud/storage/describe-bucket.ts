import type { NotificationConfig, StoredBucket } from "./catalog-schema.ts";
import { etagOf } from "./describe-object.ts";

/** A bucket as the JSON API shows it. https://cloud.google.com/storage/docs/json_api/v1/buckets#resource */
export function describeBucket(bucket: StoredBucket, url: string) {
  return {
    kind: "storage#bucket",
    id: bucket.name,
    selfLink: `${url}/storage/v1/b/${bucket.name}`,
    name: bucket.name,
    projectNumber: "0",
    metageneration: String(bucket.metageneration),
    location: bucket.location,
    storageClass: bucket.storageClass,
    etag: etagOf(bucket),
    timeCreated: bucket.timeCreated,
    updated: bucket.updated,
    ...(Object.keys(bucket.labels).length > 0 ? { labels: bucket.labels } : {}),
    iamConfiguration: {
      uniformBucketLevelAccess: { enabled: bucket.uniformBucketLevelAccess },
      publicAccessPrevention: bucket.publicAccessPrevention,
    },
  };
}

/** A notification configuration as the JSON API shows it, topic with its service in front. */
export function describeNotificationConfig(
  config: NotificationConfig,
  bucket: string,
  url: string,
) {
  return {
    ...config,
    kind: "storage#notification",
    topic: `//pubsub.googleapis.com/${config.topic}`,
    etag: config.id,
    selfLink: `${url}/storage/v1/b/${bucket}/notificationConfigs/${config.id}`,
  };
}
