/**
 * List prices in US dollars for europe-west1, without discounts, as published in November 2026.
 * `free` is what each billing account or project has free every month, in the unit of the price.
 */
export const listPrices = {
  /** https://cloud.google.com/pubsub/pricing: throughput, once when published, once when delivered. */
  pubsubTiB: { price: 40, free: 10 / 1_024 },
  /** https://cloud.google.com/pubsub/pricing: Cloud Storage subscriptions. */
  archiveTiB: { price: 50, free: 0 },
  /** https://cloud.google.com/run/pricing: request-based billing, tier 1. */
  millionRequests: { price: 0.4, free: 2 },
  vcpuSecond: { price: 0.000024, free: 180_000 },
  gibSecond: { price: 0.0000025, free: 360_000 },
  /** https://cloud.google.com/bigquery/pricing: Storage Write API. */
  bigqueryWriteGiB: { price: 0.025, free: 2_048 },
  /** The same page: rows through `insertAll`. */
  bigqueryInsertGiB: { price: 0.05, free: 0 },
  /** The same page: queries on demand, by the bytes of the columns that they read. */
  bigqueryQueryTiB: { price: 6.25, free: 1 },
  /** https://cloud.google.com/pubsub/pricing: BigQuery subscriptions, in place of a delivery. */
  pubsubBigqueryTiB: { price: 50, free: 0 },
  /** https://cloud.google.com/bigquery/pricing: active logical storage, a month. */
  bigqueryGiB: { price: 0.02, free: 10 },
  /** https://cloud.google.com/storage/pricing: Standard, a month. */
  storageGiB: { price: 0.02, free: 0 },
  /** https://cloud.google.com/storage/pricing: class A operations. */
  thousandWrites: { price: 0.005, free: 0 },
  /** https://cloud.google.com/stackdriver/pricing: log storage. */
  loggingGiB: { price: 0.5, free: 50 },
  /** https://cloud.google.com/stackdriver/pricing: a condition of an alert, a month. */
  alertCondition: { price: 0.1, free: 0 },
} as const;

/** Pub/Sub bills a message as this many bytes at least. https://cloud.google.com/pubsub/pricing */
export const leastMessageBytes = 1_000;
/** `insertAll` bills a row as this many bytes at least. https://cloud.google.com/bigquery/pricing */
export const leastRowBytes = 1_024;
/** A query is billed for this much of each table at least. https://cloud.google.com/bigquery/pricing */
export const leastTableBytes = 10 * 2 ** 20;
/** Cloud Run bills instance time in steps of this. https://cloud.google.com/run/pricing */
export const billedStepSeconds = 0.1;
