import { z } from "zod";

import { BigqueryError } from "../bigquery-error.ts";
import { checkLabels } from "../check-labels.ts";
import type { CatalogDataset } from "../open-catalog.ts";
import { etag, paginate, type Route, readRequest, route, type Services } from "./route.ts";

/** `datasets`: insert, get, list, delete. */
export function datasetRoutes({ catalog }: Services): Route[] {
  return [
    route("POST", "/projects/{project}/datasets", async ({ at, body }) => {
      const request = readRequest(datasetRequestSchema, body);
      const { datasetReference, location = "US", description, friendlyName, labels } = request;
      const { datasetId } = datasetReference;
      if (!/^[A-Za-z0-9_]{1,1024}$/.test(datasetId)) {
        throw new BigqueryError("invalid", `Invalid dataset ID "${datasetId}".`);
      }
      checkLabels(labels);
      const stored = await catalog.insertDataset({
        project: at("project"),
        dataset: datasetId,
        location,
        ...(description == null ? {} : { description }),
        ...(friendlyName == null ? {} : { friendlyName }),
        ...(labels == null ? {} : { labels }),
      });
      return { body: describeDataset(stored) };
    }),
    route("GET", "/projects/{project}/datasets", ({ at, query }) => {
      const all = catalog.listDatasets(at("project"));
      const { page, nextPageToken } = paginate("datasets", all, query);
      const datasets = page.map((stored) => {
        const { kind, id, datasetReference, location } = describeDataset(stored);
        return { kind, id, datasetReference, location };
      });
      return { body: { kind: "bigquery#datasetList", datasets, nextPageToken } };
    }),
    route("GET", "/projects/{project}/datasets/{dataset}", ({ at }) => ({
      body: describeDataset(catalog.getDataset({ project: at("project"), dataset: at("dataset") })),
    })),
    route("DELETE", "/projects/{project}/datasets/{dataset}", async ({ at, query }) => {
      const name = { project: at("project"), dataset: at("dataset") };
      const contents = query.get("deleteContents")?.toLowerCase() === "true";
      await catalog.deleteDataset(name, contents);
      return { status: 204 };
    }),
  ];
}

const datasetRequestSchema = z.strictObject({
  datasetReference: z.strictObject({ projectId: z.string().optional(), datasetId: z.string() }),
  location: z.string().optional(),
  description: z.string().nullish(),
  friendlyName: z.string().nullish(),
  labels: z.record(z.string(), z.string()).nullish(),
  kind: z.string().optional(),
});

function describeDataset(stored: CatalogDataset) {
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
    access: [],
    creationTime: String(stored.createdAt),
    lastModifiedTime: String(stored.modifiedAt),
  };
}
