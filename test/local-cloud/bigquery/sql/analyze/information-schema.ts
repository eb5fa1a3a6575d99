import { BigqueryError } from "../../bigquery-error.ts";
import type { CatalogTable } from "../../open-catalog.ts";
import { notImplemented } from "../place-error.ts";
import { typeOfField } from "../types/convert-field.ts";
import {
  int64,
  nameStorage,
  quoteText,
  type SqlType,
  string,
  timestamp,
  writeType,
} from "../types/sql-type.ts";
import { columnKeys } from "./column-keys.ts";
import { type Context, type OutputColumn, refuse } from "./context.ts";

type Cell = bigint | null | string;
type Listing = { columns: { name: string; type: SqlType }[]; rows: Cell[][] };

/**
 * What `dataset.INFORMATION_SCHEMA.TABLES` and its like hold.
 * https://cloud.google.com/bigquery/docs/information-schema-intro
 */
export function listSchema(
  context: Context,
  parts: readonly string[],
  at: number,
  place: number,
): { sql: string; columns: OutputColumn[] } {
  const { services, dataset: defaultDataset, project: defaultProject } = context.statement;
  const before = parts.slice(0, at);
  const view = parts
    .slice(at + 1)
    .join(".")
    .toUpperCase();
  const region = before.findIndex((part) => /^region-/i.test(part));
  const qualifier = region >= 0 ? before.slice(0, region) : before;
  const [last, first] = qualifier.toReversed();
  const project = first ?? (region >= 0 ? last : undefined) ?? defaultProject;
  const dataset = region >= 0 ? undefined : (last ?? defaultDataset);
  if (view === "SCHEMATA") return write(listSchemata(services.listDatasets(project), project));
  const known = ["COLUMNS", "TABLES", "VIEWS"].includes(view);
  if (!known) {
    if (others.has(view)) throw notImplemented(`INFORMATION_SCHEMA.${view}`);
    return refuse(context, place, `Table not found: ${parts.join(".")}`);
  }
  if (dataset === undefined && region < 0) {
    throw new BigqueryError(
      "invalidQuery",
      `Table "INFORMATION_SCHEMA.${view}" must be qualified with a dataset (e.g. dataset.table).`,
    );
  }
  const datasets =
    dataset === undefined ? services.listDatasets(project).map((one) => one.dataset) : [dataset];
  const tables = datasets.flatMap((one) => services.listTables(project, one));
  if (view === "TABLES") return write(listTables(tables));
  if (view === "VIEWS") return write(listViews(tables));
  return write(listColumns(tables));
}

const others = new Set(
  `COLUMN_FIELD_PATHS CONSTRAINT_COLUMN_USAGE JOBS JOBS_BY_PROJECT JOBS_BY_USER KEY_COLUMN_USAGE
   MATERIALIZED_VIEWS PARAMETERS PARTITIONS ROUTINES ROUTINE_OPTIONS SCHEMATA_OPTIONS
   STREAMING_TIMELINE TABLE_CONSTRAINTS TABLE_OPTIONS TABLE_STORAGE`
    .trim()
    .split(/\s+/),
);

function write(listing: Listing): { sql: string; columns: OutputColumn[] } {
  const { columns, rows } = listing;
  const keys = columnKeys(columns);
  const cell = (value: Cell, index: number) => {
    const storage = nameStorage(columns[index]?.type ?? string);
    const text =
      value === null ? "NULL" : typeof value === "bigint" ? String(value) : quoteText(value);
    if (storage.startsWith("TIMESTAMP") && typeof value === "bigint")
      return `make_timestamptz(${text}::BIGINT)`;
    return `CAST(${text} AS ${storage})`;
  };
  const select = (row: Cell[]) =>
    `SELECT ${row.map((value, index) => `${cell(value, index)} AS ${keys[index] ?? ""}`).join(", ")}`;
  const empty = `${select(columns.map(() => null))} WHERE FALSE`;
  return { sql: [empty, ...rows.map(select)].join(" UNION ALL "), columns };
}

const text = (name: string) => ({ name, type: string });
const yes = (value: boolean) => (value ? "YES" : "NO");
const micros = (millis: number) => BigInt(millis) * 1000n;

function listTables(tables: CatalogTable[]): Listing {
  return {
    columns: [
      ...[
        "table_catalog",
        "table_schema",
        "table_name",
        "table_type",
        "is_insertable_into",
        "is_typed",
      ].map(text),
      { name: "creation_time", type: timestamp },
      text("ddl"),
    ],
    rows: tables.map((table) => [
      table.project,
      table.dataset,
      table.table,
      table.viewQuery === undefined ? "BASE TABLE" : "VIEW",
      yes(table.viewQuery === undefined),
      "NO",
      micros(table.createdAt),
      null,
    ]),
  };
}

function listViews(tables: CatalogTable[]): Listing {
  return {
    columns: [
      "table_catalog",
      "table_schema",
      "table_name",
      "view_definition",
      "check_option",
      "use_standard_sql",
    ].map(text),
    rows: tables.flatMap((table) =>
      table.viewQuery === undefined
        ? []
        : [[table.project, table.dataset, table.table, table.viewQuery, null, "YES"]],
    ),
  };
}

function listColumns(tables: CatalogTable[]): Listing {
  return {
    columns: [
      ...["table_catalog", "table_schema", "table_name", "column_name"].map(text),
      { name: "ordinal_position", type: int64 },
      ...[
        "is_nullable",
        "data_type",
        "is_hidden",
        "is_system_defined",
        "is_partitioning_column",
      ].map(text),
      { name: "clustering_ordinal_position", type: int64 },
      ...["column_default", "description"].map(text),
    ],
    rows: tables.flatMap((table) =>
      table.fields.map((field, index) => {
        const cluster = table.settings.clustering?.fields.indexOf(field.name) ?? -1;
        return [
          table.project,
          table.dataset,
          table.table,
          field.name,
          BigInt(index + 1),
          yes(field.mode === "NULLABLE"),
          writeType(typeOfField(field)),
          "NO",
          "NO",
          yes(table.settings.timePartitioning?.field === field.name),
          cluster < 0 ? null : BigInt(cluster + 1),
          null,
          field.description ?? null,
        ];
      }),
    ),
  };
}

function listSchemata(
  datasets: { dataset: string; location: string; createdAt: number; modifiedAt: number }[],
  project: string,
): Listing {
  return {
    columns: [
      ...["catalog_name", "schema_name", "schema_owner"].map(text),
      { name: "creation_time", type: timestamp },
      { name: "last_modified_time", type: timestamp },
      text("location"),
    ],
    rows: datasets.map((one) => [
      project,
      one.dataset,
      null,
      micros(one.createdAt),
      micros(one.modifiedAt),
      one.location,
    ]),
  };
}
