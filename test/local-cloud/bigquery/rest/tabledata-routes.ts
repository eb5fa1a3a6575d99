import { z } from "zod";

import { BigqueryError } from "../bigquery-error.ts";
import type { QueryJob } from "../run-jobs.ts";
import { resultDataset } from "./describe-job.ts";
import { tableOf } from "./describe-table.ts";
import { encodePage } from "./encode-page.ts";
import { formatShape, readTimestampFormat } from "./read-query-settings.ts";
import {
  type Route,
  readPageToken,
  readQuery,
  readRequest,
  route,
  type Services,
  writePageToken,
} from "./route.ts";

/** `tabledata.list`: the rows of a table, without a query. */
export function tabledataRoutes({ catalog, jobs, countRows, readRows }: Services): Route[] {
  const path = "/projects/{project}/datasets/{dataset}/tables/{table}/data";
  return [
    route("GET", path, async ({ at, query }) => {
      if (at("dataset") === resultDataset) {
        const job = jobs.get(at("project"), at("table").replace(/^anon_/, ""));
        return { body: listResult(job, readRequest(listRequestSchema, readQuery(query))) };
      }
      const table = catalog.getTable(tableOf(at));
      const title = `${table.project}:${table.dataset}.${table.table}`;
      if (table.viewQuery !== undefined) {
        throw new BigqueryError("invalid", `Cannot list a table of type VIEW: ${title}`);
      }
      const request = readRequest(listRequestSchema, readQuery(query));
      const list = `rows of ${title}`;
      const from = request.pageToken ? readPageToken(list, request.pageToken) : request.startIndex;
      const total = Number(await countRows(table));
      const most = Math.min(request.maxResults ?? 100_000, 100_000);
      const { fields, chunks } = await readRows(table, from, most);
      const chosen = request.selectedFields?.split(",").map((name) => name.trim().toLowerCase());
      const columns = fields
        .map((field, index) => ({ field, index }))
        .filter(({ field }) => !chosen || chosen.includes(field.name.toLowerCase()));
      const page = encodePage(columns, chunks, readTimestampFormat(request), 0, most);
      const next = from + page.rows.length;
      return {
        body: {
          kind: "bigquery#tableDataList",
          totalRows: String(total),
          rows: page.rows,
          ...(next < total && page.rows.length > 0
            ? { pageToken: writePageToken(list, next) }
            : {}),
        },
      };
    }),
  ];
}

/** The rows of a query's result, read as the table that holds it. */
function listResult(job: QueryJob, request: z.output<typeof listRequestSchema>) {
  const list = `rows of ${job.id}`;
  const from = request.pageToken ? readPageToken(list, request.pageToken) : request.startIndex;
  const columns = job.fields.map((field, index) => ({ field, index }));
  const { chunks = [], rows: total = 0 } = job.result ?? {};
  const most = request.maxResults ?? Number.POSITIVE_INFINITY;
  const { rows, next } = encodePage(columns, chunks, readTimestampFormat(request), from, most);
  return {
    kind: "bigquery#tableDataList",
    totalRows: String(total),
    rows,
    ...(next < total ? { pageToken: writePageToken(list, next) } : {}),
  };
}

const listRequestSchema = z.strictObject({
  ...formatShape,
  maxResults: z.coerce.number().int().min(0).optional(),
  pageToken: z.string().optional(),
  startIndex: z.coerce.number().int().min(0).default(0),
  selectedFields: z.string().optional(),
  // The client sends its own options along.
  autoPaginate: z.string().optional(),
  wrapIntegers: z.string().optional(),
});
