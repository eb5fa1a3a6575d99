import type { CatalogTable, TableName } from "../open-catalog.ts";
import type { Field } from "../table-resource.ts";
import { type Call, etag } from "./route.ts";

/** A table as the API describes it. */
export function describeTable(stored: CatalogTable) {
  return {
    kind: "bigquery#table",
    id: `${stored.project}:${stored.dataset}.${stored.table}`,
    etag: etag(stored.modifiedAt, stored.version),
    tableReference: referenceOf(stored),
    type: stored.viewQuery === undefined ? "TABLE" : "VIEW",
    schema: { fields: stored.fields.map(describeField) },
    ...stored.settings,
    ...(stored.viewQuery === undefined
      ? {}
      : { view: { query: stored.viewQuery, useLegacySql: false } }),
    creationTime: String(stored.createdAt),
    lastModifiedTime: String(stored.modifiedAt),
  };
}

export function referenceOf(name: TableName) {
  return { projectId: name.project, datasetId: name.dataset, tableId: name.table };
}

/** The table that a path names. */
export function tableOf(at: Call["at"]): TableName {
  return { project: at("project"), dataset: at("dataset"), table: at("table") };
}

type FieldResource = Omit<Field, "fields"> & { fields?: FieldResource[] };

function describeField({ fields, ...field }: Field): FieldResource {
  return field.type === "RECORD" ? { ...field, fields: fields.map(describeField) } : field;
}
