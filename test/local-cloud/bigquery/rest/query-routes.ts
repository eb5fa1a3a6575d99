import { z } from "zod";

import { checkLabels } from "../check-labels.ts";
import type { TimestampFormat } from "../encode-results.ts";
import type { QueryJob } from "../run-jobs.ts";
import { describeJobReference, dmlAnswer } from "./describe-job.ts";
import { encodePage } from "./encode-page.ts";
import {
  chooseTimestampFormat,
  countSchema,
  formatShape,
  querySettings,
  readTimestampFormat,
  toQueryRequest,
} from "./read-query-settings.ts";
import {
  type Route,
  readPageToken,
  readQuery,
  readRequest,
  route,
  type Services,
  writePageToken,
} from "./route.ts";

const defaultTimeoutMs = 10_000;

/** `jobs.query` and `jobs.getQueryResults`. */
export function queryRoutes({ jobs }: Services): Route[] {
  return [
    route("POST", "/projects/{project}/queries", async ({ at, body }) => {
      const request = readRequest(queryRequestSchema, body);
      checkLabels(request.labels);
      const query = toQueryRequest(at("project"), request);
      const timestamps = chooseTimestampFormat(
        request.formatOptions?.timestampOutputFormat,
        request.formatOptions?.useInt64Timestamp,
      );
      if (request.dryRun) {
        const { fields } = await jobs.describe(query);
        return { body: { ...queryAnswer, schema: { fields }, jobComplete: true } };
      }
      const { location, requestId } = request;
      const job = await jobs.start(query, { location, requestId });
      const waited = await waitFor(job, request.timeoutMs ?? defaultTimeoutMs);
      return { body: describeResults(job, waited, timestamps, 0, request.maxResults) };
    }),
    route("GET", "/projects/{project}/queries/{job}", async ({ at, query }) => {
      const request = readRequest(resultsRequestSchema, readQuery(query));
      const job = jobs.get(at("project"), at("job"), request.location);
      const waited = await waitFor(job, request.timeoutMs);
      const from = request.pageToken
        ? readPageToken(listOf(job), request.pageToken)
        : request.startIndex;
      return {
        body: describeResults(job, waited, readTimestampFormat(request), from, request.maxResults),
      };
    }),
  ];
}

const queryRequestSchema = z.strictObject({
  ...querySettings,
  dryRun: z.boolean().optional(),
  formatOptions: z
    .strictObject({
      useInt64Timestamp: z.boolean().optional(),
      timestampOutputFormat: z.string().optional(),
    })
    .optional(),
  jobCreationMode: z.string().nullish(),
  jobTimeoutMs: z.union([z.string(), z.number()]).nullish(),
  kind: z.string().optional(),
  labels: z.record(z.string(), z.string()).nullish(),
  location: z.string().optional(),
  maxResults: countSchema.optional(),
  requestId: z.string().optional(),
  timeoutMs: countSchema.optional(),
});

const resultsRequestSchema = z.strictObject({
  ...formatShape,
  location: z.string().optional(),
  maxResults: countSchema.optional(),
  pageToken: z.string().optional(),
  startIndex: countSchema.default(0),
  timeoutMs: countSchema.default(defaultTimeoutMs),
  // The client sends its own options along.
  autoPaginate: z.string().optional(),
  skipParsing: z.string().optional(),
  wrapIntegers: z.string().optional(),
});

/** Throws the job's error; resolves to whether it is done. */
async function waitFor(job: QueryJob, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([job.done, timeout]);
  clearTimeout(timer);
  if (job.error) throw job.error;
  return job.endedAt !== undefined;
}

const queryAnswer = {
  kind: "bigquery#queryResponse",
  cacheHit: false,
  totalBytesProcessed: "0",
};

function listOf(job: QueryJob): string {
  return `results of ${job.project}:${job.id}`;
}

function describeResults(
  job: QueryJob,
  complete: boolean,
  timestamps: TimestampFormat,
  from: number,
  maxResults: number | undefined,
) {
  const reference = {
    ...queryAnswer,
    jobReference: describeJobReference(job),
    location: job.location,
    jobComplete: complete,
  };
  const { result } = job;
  if (!complete || !result) return reference;
  if (job.translated.statement !== "SELECT") {
    return { ...reference, ...dmlAnswer(job), totalRows: "0" };
  }
  const columns = job.fields.map((field, index) => ({ field, index }));
  const most = maxResults ?? Number.POSITIVE_INFINITY;
  const { rows, next } = encodePage(columns, result.chunks, timestamps, from, most);
  return {
    ...reference,
    schema: { fields: job.fields },
    totalRows: String(result.rows),
    rows,
    ...(next < result.rows ? { pageToken: writePageToken(listOf(job), next) } : {}),
  };
}
