/**
 * Limits of Google's for one project in europe-west1, as documented in November 2026, and one that this
 * deployment sets itself. What a project really has stands under "Quotas" in its console.
 */
export const quotas = {
  regionCpus: {
    limit: "vCPUs of Cloud Run in a region",
    value: "20 in a new project",
    most: 20,
    remedy: "ask for more; one region has thousands",
    source: "https://cloud.google.com/run/quotas",
  },
  pushBytes: {
    limit: "Pub/Sub push, bytes delivered",
    value: "440 MB/s a region",
    most: 440e6,
    remedy: "ask for more, or give each source a project of its own",
    source: "https://cloud.google.com/pubsub/quotas",
  },
  publishBytes: {
    limit: "Pub/Sub publish, bytes",
    value: "4 GB/s a region",
    most: 4e9,
    remedy: "ask for more, or give each source a project of its own",
    source: "https://cloud.google.com/pubsub/quotas",
  },
  writeBytes: {
    limit: "Storage Write API, bytes",
    value: "300 MB/s a region",
    most: 300e6,
    remedy: 'use a multi-region dataset (`bigquery_location = "EU"`): 3 GB/s',
    source: "https://cloud.google.com/bigquery/quotas#write-api-limits",
  },
  writeConnections: {
    limit: "Storage Write API, connections",
    value: "1,000 a region",
    most: 1_000,
    /** That tweets fill: each instance has a connection for each. */
    tables: 6,
    remedy: "use a multi-region dataset: 10,000",
    source: "https://cloud.google.com/bigquery/quotas#write-api-limits",
  },
  closingBytes: {
    limit: "bytes of one query that closes an hour",
    value: "100 GiB, ours",
    most: 100 * 2 ** 30,
    remedy: "raise `maximum_bytes_billed`",
    source: "terraform/variables.tf",
  },
  slots: {
    limit: "BigQuery slots, for closing hours",
    value: "2,000 on demand",
    most: 2_000,
    /** Closings an hour, each of which may have to read the same hour again for what came late. */
    readings: 6,
    /** What one slot counts of rows like these; assumed, nothing here can measure it. */
    bytesPerSecond: 10e6,
    remedy: "reserve slots, or close every hour instead of every ten minutes",
    source: "https://cloud.google.com/bigquery/quotas#query_jobs",
  },
} as const;

/** What no rate of tweets can meet: it is the same at one a second and at a million. */
export const steadyLimits = [
  {
    limit: "INSERT statements into a table",
    value: "1,500 a day at once, then 10 at a time",
    use: "144 a day: a closing every ten minutes",
    source: "https://cloud.google.com/bigquery/quotas#data-manipulation-language-statements",
  },
  {
    limit: "Cloud Scheduler",
    value: "5,000 jobs a region",
    use: "2 jobs",
    source: "https://cloud.google.com/scheduler/quotas",
  },
  {
    limit: "partitions of a table",
    value: "10,000",
    use: "one a day: 27 years",
    source: "https://cloud.google.com/bigquery/quotas#partitioned_tables",
  },
] as const;
