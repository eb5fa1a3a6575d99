import { z } from "zod";

import { BigqueryError } from "../bigquery-error.ts";
import { checkLabels } from "../check-labels.ts";
import { describeDryRun, describeJob } from "./describe-job.ts";
import { querySettings, toQueryRequest } from "./read-query-settings.ts";
import { paginate, type Route, readRequest, route, type Services } from "./route.ts";

/** `jobs`: insert and get of query jobs, list, cancel. */
export function jobRoutes({ jobs }: Services): Route[] {
  return [
    route("POST", "/projects/{project}/jobs", async ({ at, body }) => {
      refuseOtherJobs(body);
      const request = readRequest(jobRequestSchema, body);
      checkLabels(request.configuration.labels);
      const query = toQueryRequest(at("project"), request.configuration.query);
      if (request.configuration.dryRun) {
        const { translated, fields } = await jobs.describe(query);
        return { body: describeDryRun(query, translated.statement, fields) };
      }
      const { jobId: id, location } = request.jobReference ?? {};
      if (id !== undefined && !/^[A-Za-z0-9_-]{1,1024}$/.test(id)) {
        throw new BigqueryError(
          "invalid",
          `Invalid job ID "${id}". Job IDs must be alphanumeric (plus underscores and dashes) and must be at most 1024 characters long.`,
        );
      }
      return { body: describeJob(await jobs.start(query, { id, location })) };
    }),
    route("GET", "/projects/{project}/jobs", ({ at, query }) => {
      const { page, nextPageToken } = paginate("jobs", jobs.list(at("project")), query);
      const items = page.map((job) => {
        const described = describeJob(job);
        return { ...described, state: described.status.state };
      });
      return { body: { kind: "bigquery#jobList", jobs: items, nextPageToken } };
    }),
    route("GET", "/projects/{project}/jobs/{job}", ({ at, query }) => ({
      body: describeJob(jobs.get(at("project"), at("job"), query.get("location") ?? undefined)),
    })),
    // A query is over too soon to be stopped; BigQuery, too, promises only to try.
    route("POST", "/projects/{project}/jobs/{job}/cancel", ({ at, query }) => {
      const job = jobs.get(at("project"), at("job"), query.get("location") ?? undefined);
      return { body: { kind: "bigquery#jobCancelResponse", job: describeJob(job) } };
    }),
  ];
}

const jobRequestSchema = z.strictObject({
  configuration: z.strictObject({
    dryRun: z.boolean().optional(),
    jobType: z.string().optional(),
    jobTimeoutMs: z.union([z.string(), z.number()]).nullish(),
    labels: z.record(z.string(), z.string()).nullish(),
    query: z.strictObject(querySettings),
  }),
  jobReference: z
    .object({
      projectId: z.string().optional(),
      jobId: z.string().optional(),
      location: z.string().optional(),
    })
    .optional(),
  kind: z.string().optional(),
});

const anyJobSchema = z.object({ configuration: z.record(z.string(), z.unknown()) });

function refuseOtherJobs(body: unknown): void {
  const { configuration = {} } = anyJobSchema.safeParse(body).data ?? {};
  const kind = ["copy", "extract", "load"].find((one) => one in configuration);
  if (kind === undefined) return;
  throw new BigqueryError(
    "notImplemented",
    `A ${kind} job is not implemented by the local BigQuery`,
  );
}
