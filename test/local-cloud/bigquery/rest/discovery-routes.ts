import { type Route, route } from "./route.ts";

const method = (
  id: string,
  path: string,
  httpMethod: string,
  parameterOrder: string[],
  more = {},
) => ({
  id: `bigquery.${id}`,
  path,
  flatPath: path,
  httpMethod,
  parameterOrder,
  parameters: {
    ...Object.fromEntries(
      parameterOrder.map((name) => [name, { type: "string", location: "path", required: true }]),
    ),
    ...more,
  },
});

const query = (names: string[]) =>
  Object.fromEntries(names.map((name) => [name, { type: "string", location: "query" }]));

const body = { request: { $ref: "JsonObject" } };
const answer = { response: { $ref: "JsonObject" } };
const paged = query([
  "maxResults",
  "pageToken",
  "all",
  "filter",
  "allUsers",
  "projection",
  "stateFilter",
]);
const dataset = "projects/{projectId}/datasets";
const table = `${dataset}/{datasetId}/tables`;

const resources = {
  datasets: {
    delete: {
      ...method(
        "datasets.delete",
        `${dataset}/{datasetId}`,
        "DELETE",
        ["projectId", "datasetId"],
        query(["deleteContents"]),
      ),
    },
    get: {
      ...method(
        "datasets.get",
        `${dataset}/{datasetId}`,
        "GET",
        ["projectId", "datasetId"],
        query(["datasetView", "accessPolicyVersion"]),
      ),
      ...answer,
    },
    insert: {
      ...method("datasets.insert", dataset, "POST", ["projectId"], query(["accessPolicyVersion"])),
      ...body,
      ...answer,
    },
    list: { ...method("datasets.list", dataset, "GET", ["projectId"], paged), ...answer },
  },
  jobs: {
    get: {
      ...method(
        "jobs.get",
        "projects/{projectId}/jobs/{jobId}",
        "GET",
        ["projectId", "jobId"],
        query(["location"]),
      ),
      ...answer,
    },
    getQueryResults: {
      ...method(
        "jobs.getQueryResults",
        "projects/{projectId}/queries/{jobId}",
        "GET",
        ["projectId", "jobId"],
        query(["maxResults", "pageToken", "startIndex", "timeoutMs", "location"]),
      ),
      ...answer,
    },
    insert: {
      ...method("jobs.insert", "projects/{projectId}/jobs", "POST", ["projectId"]),
      ...body,
      // For load jobs, which `bq` asks about before any other.
      supportsMediaUpload: true,
      mediaUpload: {
        accept: ["*/*"],
        protocols: {
          resumable: {
            multipart: true,
            path: "/resumable/upload/bigquery/v2/projects/{projectId}/jobs",
          },
          simple: { multipart: true, path: "/upload/bigquery/v2/projects/{projectId}/jobs" },
        },
      },
      ...answer,
    },
    list: {
      ...method("jobs.list", "projects/{projectId}/jobs", "GET", ["projectId"], paged),
      ...answer,
    },
    query: {
      ...method("jobs.query", "projects/{projectId}/queries", "POST", ["projectId"]),
      ...body,
      ...answer,
    },
  },
  projects: {
    list: { ...method("projects.list", "projects", "GET", [], paged), ...answer },
  },
  tabledata: {
    list: {
      ...method(
        "tabledata.list",
        `${table}/{tableId}/data`,
        "GET",
        ["projectId", "datasetId", "tableId"],
        query([
          "maxResults",
          "pageToken",
          "startIndex",
          "selectedFields",
          "formatOptions.useInt64Timestamp",
        ]),
      ),
      ...answer,
    },
  },
  tables: {
    delete: {
      ...method("tables.delete", `${table}/{tableId}`, "DELETE", [
        "projectId",
        "datasetId",
        "tableId",
      ]),
    },
    get: {
      ...method(
        "tables.get",
        `${table}/{tableId}`,
        "GET",
        ["projectId", "datasetId", "tableId"],
        query(["selectedFields", "view"]),
      ),
      ...answer,
    },
    insert: {
      ...method("tables.insert", table, "POST", ["projectId", "datasetId"]),
      ...body,
      ...answer,
    },
    list: { ...method("tables.list", table, "GET", ["projectId", "datasetId"], paged), ...answer },
    patch: {
      ...method(
        "tables.patch",
        `${table}/{tableId}`,
        "PATCH",
        ["projectId", "datasetId", "tableId"],
        query(["autodetect_schema"]),
      ),
      ...body,
      ...answer,
    },
  },
};

/**
 * The discovery document, from which `bq` and Google's older clients learn the API: what is in it
 * is what is served here.
 * https://developers.google.com/discovery/v1/reference/apis
 */
export function discoveryRoutes(): Route[] {
  const handle = () => ({ body: document });
  return [
    { method: "GET", path: /^\/discovery\/v1\/apis\/bigquery\/v2\/rest$/, handle },
    { method: "GET", path: /^\/\$discovery\/rest$/, handle },
    route("GET", "/\\$discovery/rest", handle),
  ];
}

const document = {
  kind: "discovery#restDescription",
  discoveryVersion: "v1",
  id: "bigquery:v2",
  name: "bigquery",
  version: "v2",
  title: "BigQuery API",
  protocol: "rest",
  rootUrl: "https://bigquery.googleapis.com/",
  servicePath: "bigquery/v2/",
  baseUrl: "https://bigquery.googleapis.com/bigquery/v2/",
  basePath: "/bigquery/v2/",
  batchPath: "batch/bigquery/v2",
  parameters: query(["alt", "fields", "key", "oauth_token", "prettyPrint", "quotaUser", "userIp"]),
  schemas: {
    JsonObject: { id: "JsonObject", type: "object", additionalProperties: { type: "any" } },
  },
  resources: Object.fromEntries(
    Object.entries(resources).map(([name, methods]) => [name, { methods }]),
  ),
};
