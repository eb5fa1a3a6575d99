import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

import { z } from "zod";

import { BigqueryError } from "./bigquery-error.ts";
import {
  encodeCell,
  type ResultField,
  type TimestampFormat,
  type WireRow,
} from "./encode-results.ts";
import type { Catalog, CatalogDataset, CatalogTable, TableName } from "./open-catalog.ts";
import type { Jobs, QueryJob } from "./run-jobs.ts";
import { queryParametersSchema } from "./sql/query-parameters.ts";
import type { QueryRequest } from "./sql/translate-query.ts";
import { type Field, readTableResource } from "./table-resource.ts";

type Services = {
  catalog: Catalog;
  jobs: Jobs;
  countRows: (table: CatalogTable) => Promise<bigint>;
};

type Call = {
  /** The named parts of the path. */
  at: (name: string) => string;
  query: URLSearchParams;
  body: unknown;
};

type Answer = { status?: number; body?: unknown };

/** BigQuery ends a page of results at about 10 MB. */
const pageBytes = 10_000_000;
const defaultTimeoutMs = 10_000;
const largestBodyBytes = 12_000_000;

/**
 * Serves the parts of the BigQuery REST API v2 that the project uses.
 *
 * Paths are taken with and without the `/bigquery/v2` that the emulator variable leaves out. What
 * is not here answers 501 `notImplemented`.
 */
export function serveRest(services: Services): Server {
  const routes = describeRoutes(services);
  return createServer((request, response) => {
    answer(routes, request)
      .then(({ status = 200, body }) => send(response, status, body))
      .catch((error: unknown) => {
        const refusal =
          error instanceof BigqueryError
            ? error
            : new BigqueryError(
                "internalError",
                error instanceof Error ? error.message : "unknown",
              );
        send(response, refusal.code, errorBody(refusal));
      });
  });
}

type Route = [method: string, path: RegExp, handle: (call: Call) => Promise<Answer> | Answer];

function describeRoutes({ catalog, jobs, countRows }: Services): Route[] {
  const dataset = "/projects/(?<project>[^/]+)/datasets/(?<dataset>[^/]+)";
  const table = `${dataset}/tables/(?<table>[^/]+)`;
  const route = (
    method: string,
    path: string,
    handle: (call: Call) => Promise<Answer> | Answer,
  ): Route => [method, new RegExp(`^(?:/bigquery/v2)?${path}$`), handle];
  const viewFields = async (name: TableName, query: string): Promise<Field[]> => {
    const described = await jobs.describeView({
      query,
      project: name.project,
      dataset: undefined,
      parameters: [],
    });
    return described.fields.map(toField);
  };
  const update = async ({ at, body }: Call): Promise<Answer> => {
    const name = tableName(at);
    const before = catalog.getTable(name);
    const request = readTableResource(body);
    refuseLegacyView(request.view);
    const fields = request.view
      ? await viewFields(name, request.view.query)
      : before.viewQuery === undefined
        ? request.schema?.fields
        : undefined;
    return { body: await describeTable(await catalog.updateTable(name, fields, request)) };
  };
  const describeTable = async (stored: CatalogTable) => ({
    ...tableResource(stored),
    ...(stored.viewQuery === undefined ? { numRows: String(await countRows(stored)) } : {}),
  });

  return [
    route("POST", "/projects/(?<project>[^/]+)/datasets", async ({ at, body }) => {
      const request = readBody(datasetRequestSchema, body);
      const { datasetReference, location = "US", description, friendlyName, labels } = request;
      checkName(datasetReference.datasetId, "dataset");
      const stored = await catalog.insertDataset({
        project: at("project"),
        dataset: datasetReference.datasetId,
        location,
        ...(description == null ? {} : { description }),
        ...(friendlyName == null ? {} : { friendlyName }),
        ...(labels == null ? {} : { labels }),
      });
      return { body: datasetResource(stored) };
    }),
    route("GET", "/projects/(?<project>[^/]+)/datasets", ({ at, query }) => {
      const { page, nextPageToken } = paginate(catalog.listDatasets(at("project")), query);
      const items = page.map((stored) => {
        const { kind, id, datasetReference, location } = datasetResource(stored);
        return { kind, id, datasetReference, location };
      });
      return { body: { kind: "bigquery#datasetList", datasets: items, nextPageToken } };
    }),
    route("GET", dataset, ({ at }) => ({
      body: datasetResource(catalog.getDataset({ project: at("project"), dataset: at("dataset") })),
    })),
    route("DELETE", dataset, async ({ at, query }) => {
      const name = { project: at("project"), dataset: at("dataset") };
      await catalog.deleteDataset(name, query.get("deleteContents") === "true");
      return { status: 204 };
    }),

    route("POST", `${dataset}/tables`, async ({ at, body }) => {
      const request = readTableResource(body);
      refuseLegacyView(request.view);
      const tableId = request.tableReference?.tableId ?? "";
      checkName(tableId, "table");
      const name = { project: at("project"), dataset: at("dataset"), table: tableId };
      catalog.getDataset(name);
      const fields = request.view
        ? await viewFields(name, request.view.query)
        : (request.schema?.fields ?? []);
      return { body: await describeTable(await catalog.insertTable(name, fields, request)) };
    }),
    route("GET", `${dataset}/tables`, ({ at, query }) => {
      const stored = catalog.listTables({ project: at("project"), dataset: at("dataset") });
      const { page, nextPageToken } = paginate(stored, query);
      const tables = page.map((item) => {
        const { kind, id, tableReference, type } = tableResource(item);
        return { kind, id, tableReference, type };
      });
      const totalItems = stored.length;
      return { body: { kind: "bigquery#tableList", tables, totalItems, nextPageToken } };
    }),
    route("GET", table, async ({ at }) => ({
      body: await describeTable(catalog.getTable(tableName(at))),
    })),
    route("PATCH", table, update),
    route("DELETE", table, async ({ at }) => {
      await catalog.deleteTable(tableName(at));
      return { status: 204 };
    }),

    route("POST", "/projects/(?<project>[^/]+)/queries", async ({ at, body }) => {
      const request = readBody(queryRequestSchema, body);
      const query = toQueryRequest(at("project"), request);
      const timestamps = timestampFormat(request.formatOptions ?? {});
      if (request.dryRun) {
        const { fields } = await jobs.describe(query);
        return { body: { ...queryAnswer, schema: { fields }, jobComplete: true } };
      }
      const { location, requestId } = request;
      const job = await jobs.start(query, { location, requestId });
      const waited = await waitFor(job, request.timeoutMs ?? defaultTimeoutMs);
      return { body: describeResults(job, waited, timestamps, 0, request.maxResults) };
    }),
    route("GET", "/projects/(?<project>[^/]+)/queries/(?<job>[^/]+)", async ({ at, query }) => {
      const job = jobs.get(at("project"), at("job"));
      const request = readBody(resultsRequestSchema, Object.fromEntries(query));
      const waited = await waitFor(job, request.timeoutMs);
      const timestamps = timestampFormat({
        useInt64Timestamp: request["formatOptions.useInt64Timestamp"] === "true",
        timestampOutputFormat: request["formatOptions.timestampOutputFormat"],
      });
      const from = request.pageToken ?? request.startIndex;
      return { body: describeResults(job, waited, timestamps, from, request.maxResults) };
    }),
    route("POST", "/projects/(?<project>[^/]+)/jobs", async ({ at, body }) => {
      refuseOtherJobs(body);
      const request = readBody(jobRequestSchema, body);
      const query = toQueryRequest(at("project"), request.configuration.query);
      if (request.configuration.dryRun) {
        const { translated, fields } = await jobs.describe(query);
        return { body: dryRunResource(query, translated.statement, fields) };
      }
      const { jobId: id, location } = request.jobReference ?? {};
      return { body: jobResource(await jobs.start(query, { id, location })) };
    }),
    route("GET", "/projects/(?<project>[^/]+)/jobs/(?<job>[^/]+)", ({ at }) => ({
      body: jobResource(jobs.get(at("project"), at("job"))),
    })),
  ];
}

const labelsSchema = z.record(z.string(), z.string()).nullish();

const datasetRequestSchema = z.strictObject({
  datasetReference: z.strictObject({ projectId: z.string().optional(), datasetId: z.string() }),
  location: z.string().optional(),
  description: z.string().nullish(),
  friendlyName: z.string().nullish(),
  labels: labelsSchema,
});

const querySchema = {
  query: z.string(),
  useLegacySql: z.boolean().default(true),
  parameterMode: z.string().nullish(),
  queryParameters: queryParametersSchema.nullish(),
  defaultDataset: z.object({ projectId: z.string().optional(), datasetId: z.string() }).nullish(),
  // Nothing is billed here, and every query is answered anew and at once.
  maximumBytesBilled: z.union([z.string(), z.number()]).nullish(),
  priority: z.enum(["BATCH", "INTERACTIVE"]).nullish(),
  useQueryCache: z.boolean().nullish(),
};

const countSchema = z.coerce.number().int().min(0);

const queryRequestSchema = z.strictObject({
  ...querySchema,
  dryRun: z.boolean().optional(),
  formatOptions: z
    .strictObject({
      useInt64Timestamp: z.boolean().optional(),
      timestampOutputFormat: z.string().optional(),
    })
    .optional(),
  jobCreationMode: z.string().nullish(),
  kind: z.string().optional(),
  labels: labelsSchema,
  location: z.string().optional(),
  maxResults: countSchema.optional(),
  requestId: z.string().optional(),
  timeoutMs: countSchema.optional(),
});

const resultsRequestSchema = z.strictObject({
  "formatOptions.timestampOutputFormat": z.string().optional(),
  "formatOptions.useInt64Timestamp": z.string().optional(),
  location: z.string().optional(),
  maxResults: countSchema.optional(),
  pageToken: countSchema.optional(),
  prettyPrint: z.string().optional(),
  startIndex: countSchema.default(0),
  timeoutMs: countSchema.default(defaultTimeoutMs),
  // The client sends its own options along.
  autoPaginate: z.string().optional(),
  skipParsing: z.string().optional(),
});

const jobRequestSchema = z.strictObject({
  configuration: z.strictObject({
    dryRun: z.boolean().optional(),
    jobType: z.string().optional(),
    labels: labelsSchema,
    query: z.strictObject(querySchema),
  }),
  jobReference: z
    .object({
      projectId: z.string().optional(),
      jobId: z.string().optional(),
      location: z.string().optional(),
    })
    .optional(),
});

function readBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path.join(".") ?? "";
  throw new BigqueryError(
    issue?.code === "unrecognized_keys" ? "notImplemented" : "invalid",
    `Invalid request: ${path === "" ? "" : `${path}: `}${issue?.message ?? "not an object"}`,
  );
}

function toQueryRequest(
  project: string,
  request: z.output<z.ZodObject<typeof querySchema>>,
): QueryRequest {
  if (request.useLegacySql) {
    throw new BigqueryError(
      "notImplemented",
      "Legacy SQL is not implemented; set useLegacySql to false",
    );
  }
  const { defaultDataset } = request;
  return {
    query: request.query,
    project: defaultDataset?.projectId ?? project,
    dataset: defaultDataset?.datasetId,
    parameters: request.queryParameters ?? [],
  };
}

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

function refuseLegacyView(view: { useLegacySql?: boolean | undefined } | null | undefined): void {
  if (view && view.useLegacySql !== false) {
    throw new BigqueryError("notImplemented", "Views in legacy SQL are not implemented");
  }
}

function timestampFormat(options: {
  useInt64Timestamp?: boolean | undefined;
  timestampOutputFormat?: string | undefined;
}): TimestampFormat {
  const named = options.timestampOutputFormat;
  if (named === "INT64" || named === "FLOAT64" || named === "ISO8601_STRING") return named;
  return options.useInt64Timestamp ? "INT64" : "FLOAT64";
}

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

function describeResults(
  job: QueryJob,
  complete: boolean,
  timestamps: TimestampFormat,
  from: number,
  maxResults: number | undefined,
) {
  const reference = {
    ...queryAnswer,
    jobReference: { projectId: job.project, jobId: job.id, location: job.location },
    jobComplete: complete,
  };
  const { result } = job;
  if (!complete || !result) return reference;
  if (result.affected !== undefined) {
    return { ...reference, numDmlAffectedRows: String(result.affected), totalRows: "0" };
  }
  const { rows, next } = readPage(job, timestamps, from, maxResults ?? Number.POSITIVE_INFINITY);
  return {
    ...reference,
    schema: { fields: job.fields },
    totalRows: String(result.rows),
    rows,
    ...(next < result.rows ? { pageToken: String(next) } : {}),
  };
}

function readPage(job: QueryJob, timestamps: TimestampFormat, from: number, maxResults: number) {
  const rows: WireRow[] = [];
  let bytes = 0;
  let next = from;
  let first = 0;
  for (const chunk of job.result?.chunks ?? []) {
    const { rowCount } = chunk;
    for (let index = Math.max(next - first, 0); index < rowCount; index += 1) {
      if (rows.length >= maxResults || bytes > pageBytes) return { rows, next };
      const f = job.fields.map((field, column) =>
        encodeCell(field, chunk.getColumnVector(column).getItem(index), timestamps),
      );
      rows.push({ f });
      bytes += JSON.stringify(f).length;
      next += 1;
    }
    first += rowCount;
  }
  return { rows, next };
}

function paginate<Item>(items: Item[], query: URLSearchParams) {
  const start = Number(query.get("pageToken") ?? 0);
  const end = start + Number(query.get("maxResults") ?? 1_000);
  return {
    page: items.slice(start, end),
    nextPageToken: end < items.length ? String(end) : undefined,
  };
}

function datasetResource(stored: CatalogDataset) {
  const { project, dataset, location, description, friendlyName, labels } = stored;
  return {
    kind: "bigquery#dataset",
    id: `${project}:${dataset}`,
    etag: etag(stored.modifiedAt, 0),
    datasetReference: { projectId: project, datasetId: dataset },
    location,
    description,
    friendlyName,
    labels,
    creationTime: String(stored.createdAt),
    lastModifiedTime: String(stored.modifiedAt),
  };
}

function tableResource(stored: CatalogTable) {
  return {
    kind: "bigquery#table",
    id: `${stored.project}:${stored.dataset}.${stored.table}`,
    etag: etag(stored.modifiedAt, stored.version),
    tableReference: tableReference(stored),
    type: stored.viewQuery === undefined ? "TABLE" : "VIEW",
    schema: { fields: stored.fields.map(fieldResource) },
    ...stored.settings,
    ...(stored.viewQuery === undefined
      ? {}
      : { view: { query: stored.viewQuery, useLegacySql: false } }),
    creationTime: String(stored.createdAt),
    lastModifiedTime: String(stored.modifiedAt),
  };
}

function tableReference(name: TableName) {
  return { projectId: name.project, datasetId: name.dataset, tableId: name.table };
}

type FieldResource = Omit<Field, "fields"> & { fields?: FieldResource[] };

function fieldResource({ fields, ...field }: Field): FieldResource {
  return field.type === "RECORD" ? { ...field, fields: fields.map(fieldResource) } : field;
}

function toField(field: ResultField): Field {
  return { ...field, fields: (field.fields ?? []).map(toField) };
}

function jobResource(job: QueryJob) {
  const { translated, result } = job;
  const failure = job.error && {
    reason: job.error.reason,
    message: job.error.message,
    location: "query",
  };
  return {
    kind: "bigquery#job",
    id: `${job.project}:${job.location}.${job.id}`,
    etag: etag(job.createdAt, job.endedAt ?? 0),
    jobReference: { projectId: job.project, jobId: job.id, location: job.location },
    configuration: {
      jobType: "QUERY",
      query: { query: job.request.query, useLegacySql: false },
    },
    status: {
      state: job.endedAt === undefined ? "RUNNING" : "DONE",
      ...(failure ? { errorResult: failure, errors: [failure] } : {}),
    },
    statistics: {
      creationTime: String(job.createdAt),
      startTime: String(job.createdAt),
      ...(job.endedAt === undefined ? {} : { endTime: String(job.endedAt) }),
      totalBytesProcessed: "0",
      query: {
        statementType: translated.statement,
        totalBytesProcessed: "0",
        totalBytesBilled: "0",
        cacheHit: false,
        referencedTables: translated.references.map(tableReference),
        ...(result?.affected === undefined ? {} : { numDmlAffectedRows: String(result.affected) }),
      },
    },
  };
}

function dryRunResource(query: QueryRequest, statementType: string, fields: ResultField[]) {
  return {
    kind: "bigquery#job",
    jobReference: { projectId: query.project, location: "US" },
    configuration: {
      jobType: "QUERY",
      dryRun: true,
      query: { query: query.query, useLegacySql: false },
    },
    status: { state: "DONE" },
    statistics: {
      totalBytesProcessed: "0",
      query: { statementType, totalBytesProcessed: "0", schema: { fields } },
    },
  };
}

function tableName(at: Call["at"]): TableName {
  return { project: at("project"), dataset: at("dataset"), table: at("table") };
}

function checkName(name: string, kind: "dataset" | "table"): void {
  const allowed = kind === "dataset" ? /^[A-Za-z0-9_]{1,1024}$/ : /^[A-Za-z0-9_-]{1,1024}$/;
  if (!allowed.test(name)) throw new BigqueryError("invalid", `Invalid ${kind} ID "${name}".`);
}

function etag(time: number, version: number): string {
  return Buffer.from(`${time}/${version}`).toString("base64");
}

async function answer(routes: Route[], request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  for (const [method, path, handle] of routes) {
    const match = path.exec(url.pathname);
    if (!match || method !== request.method) continue;
    const at = (name: string) => decodeURIComponent(match.groups?.[name] ?? "");
    if (!/^[A-Za-z0-9:.-]+$/.test(at("project"))) {
      throw new BigqueryError("invalid", `Invalid project ID '${at("project")}'.`);
    }
    return handle({ at, query: url.searchParams, body: await readJson(request) });
  }
  throw new BigqueryError(
    "notImplemented",
    `${request.method} ${url.pathname} is not implemented by the local BigQuery`,
  );
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    const bytes = Buffer.from(part);
    length += bytes.length;
    if (length > largestBodyBytes)
      throw new BigqueryError("invalid", "Request payload is too large");
    parts.push(bytes);
  }
  if (length === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(parts).toString("utf8"));
  } catch (cause) {
    throw new BigqueryError("invalid", "Invalid JSON payload received.", { cause });
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = status;
  if (body === undefined) {
    response.end();
    return;
  }
  response.setHeader("content-type", "application/json; charset=UTF-8");
  response.end(JSON.stringify(body));
}

function errorBody(error: BigqueryError) {
  const { code, message, reason, status } = error;
  return { error: { code, message, errors: [{ message, domain: "global", reason }], status } };
}
