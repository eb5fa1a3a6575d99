import { BigqueryError } from "../bigquery-error.ts";
import { checkLabels } from "../check-labels.ts";
import type { ResultField } from "../encode-results.ts";
import type { CatalogTable, TableName } from "../open-catalog.ts";
import { type Field, readTableResource, type TableRequest } from "../table-resource.ts";
import { resultDataset, resultTable } from "./describe-job.ts";
import { describeTable, tableOf } from "./describe-table.ts";
import { type Answer, type Call, paginate, type Route, route, type Services } from "./route.ts";

/** `tables`: insert, get, list, patch, update, delete; views are tables with a text. */
export function tableRoutes({ catalog, jobs, countRows }: Services): Route[] {
  const table = "/projects/{project}/datasets/{dataset}/tables/{table}";
  const describe = async (stored: CatalogTable) => ({
    ...describeTable(stored),
    ...(stored.viewQuery === undefined
      ? { numRows: String(await countRows(stored)), numBytes: "0", numLongTermBytes: "0" }
      : {}),
  });
  const viewFields = async (name: TableName, query: string): Promise<Field[]> => {
    const request = { query, project: name.project, dataset: undefined, parameters: [] };
    return (await jobs.describeView(request)).fields.map(toField);
  };
  const readTable = (body: unknown): TableRequest => {
    const request = readTableResource(body);
    checkLabels(request.labels);
    if (request.view && request.view.useLegacySql !== false) {
      throw new BigqueryError("notImplemented", "Views in legacy SQL are not implemented");
    }
    return request;
  };
  const update = async ({ at, body }: Call): Promise<Answer> => {
    const name = tableOf(at);
    const before = catalog.getTable(name);
    const request = readTable(body);
    const fields = request.view
      ? await viewFields(name, request.view.query)
      : before.viewQuery === undefined
        ? request.schema?.fields
        : undefined;
    return { body: await describe(await catalog.updateTable(name, fields, request)) };
  };

  return [
    route("POST", "/projects/{project}/datasets/{dataset}/tables", async ({ at, body }) => {
      const request = readTable(body);
      const tableId = request.tableReference?.tableId ?? "";
      if (!/^[A-Za-z0-9_-]{1,1024}$/.test(tableId)) {
        throw new BigqueryError("invalid", `Invalid table ID "${tableId}".`);
      }
      const name = { project: at("project"), dataset: at("dataset"), table: tableId };
      catalog.getDataset(name);
      const fields = request.view
        ? await viewFields(name, request.view.query)
        : (request.schema?.fields ?? []);
      return { body: await describe(await catalog.insertTable(name, fields, request)) };
    }),
    route("GET", "/projects/{project}/datasets/{dataset}/tables", ({ at, query }) => {
      const name = { project: at("project"), dataset: at("dataset") };
      const stored = catalog.listTables(name);
      const { page, nextPageToken } = paginate(`tables of ${name.dataset}`, stored, query);
      const tables = page.map((item) => {
        const { kind, id, tableReference, type, creationTime, labels } = describeTable(item);
        return { kind, id, tableReference, type, creationTime, labels };
      });
      const totalItems = stored.length;
      return { body: { kind: "bigquery#tableList", tables, totalItems, nextPageToken } };
    }),
    route("GET", table, async ({ at }) => {
      if (at("dataset") !== resultDataset) {
        return { body: await describe(catalog.getTable(tableOf(at))) };
      }
      const job = jobs.get(at("project"), at("table").replace(/^anon_/, ""));
      const numRows = String(job.result?.rows ?? 0);
      return {
        body: { tableReference: resultTable(job), schema: { fields: job.fields }, numRows },
      };
    }),
    route("PATCH", table, update),
    route("DELETE", table, async ({ at }) => {
      await catalog.deleteTable(tableOf(at));
      return { status: 204 };
    }),
  ];
}

function toField(field: ResultField): Field {
  return { ...field, fields: (field.fields ?? []).map(toField) };
}
