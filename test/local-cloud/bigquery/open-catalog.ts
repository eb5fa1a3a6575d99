import type { DuckDBConnection } from "@duckdb/node-api";
import { z } from "zod";

import { BigqueryError } from "./bigquery-error.ts";
import { checkSchemaChange } from "./check-schema-change.ts";
import { nameDuckdbType } from "./name-duckdb-type.ts";
import { type Field, readTableResource, type TableRequest } from "./table-resource.ts";

export type TableName = { project: string; dataset: string; table: string };

/** A table or a view as kept here; `version` grows with every change of the schema. */
export type CatalogTable = TableName & {
  fields: Field[];
  viewQuery: string | undefined;
  settings: Pick<
    TableRequest,
    | "clustering"
    | "description"
    | "friendlyName"
    | "labels"
    | "requirePartitionFilter"
    | "timePartitioning"
  >;
  createdAt: number;
  modifiedAt: number;
  version: number;
};

const functionSchema = z.object({
  project: z.string(),
  dataset: z.string(),
  /** Its own name: functions and tables may have the same. */
  table: z.string(),
  /** The statement that creates it. */
  text: z.string(),
  description: z.string().optional(),
});

/** A table function. */
export type CatalogFunction = z.output<typeof functionSchema>;

const datasetSchema = z.object({
  project: z.string(),
  dataset: z.string(),
  description: z.string().optional(),
  friendlyName: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  location: z.string(),
  createdAt: z.number(),
  modifiedAt: z.number(),
});

export type CatalogDataset = z.output<typeof datasetSchema>;

export type Catalog = Awaited<ReturnType<typeof openCatalog>>;

/** Where a table's rows are: one DuckDB schema for each project and dataset. */
export function quoteTable(name: TableName): string {
  return `"${name.project}:${name.dataset}"."${name.table}"`;
}

/**
 * Datasets and tables: their resources in memory and in the database file, their rows in DuckDB.
 *
 * Changes run one after the other; every change and its record commit together, so that a file
 * opened again shows the same tables, descriptions, partitioning and view texts.
 */
export async function openCatalog(connection: DuckDBConnection, now: () => number = Date.now) {
  await connection.run("CREATE SCHEMA IF NOT EXISTS local_bigquery");
  await connection.run(
    "CREATE TABLE IF NOT EXISTS local_bigquery.resources (kind VARCHAR, name VARCHAR, resource VARCHAR)",
  );
  const datasets = new Map<string, CatalogDataset>();
  const tables = new Map<string, CatalogTable>();
  const functions = new Map<string, CatalogFunction>();
  const stored = await connection.runAndReadAll(
    "SELECT kind, resource FROM local_bigquery.resources ORDER BY name",
  );
  for (const [kind, resource] of stored.getRows()) {
    const value: unknown = JSON.parse(String(resource));
    if (kind === "dataset") {
      const dataset = datasetSchema.parse(value);
      datasets.set(datasetKey(dataset), dataset);
    } else if (kind === "function") {
      const one = functionSchema.parse(value);
      functions.set(tableKey(one), one);
    } else {
      const table = readStoredTable(value);
      tables.set(tableKey(table), table);
    }
  }

  let revision = 0;
  let lastChange: Promise<unknown> = Promise.resolve();
  // What `work` resolves to is applied to the memory only after the file has it. `prepare` runs
  // before, outside the transaction.
  const change = <Result>(
    work: () => Promise<() => Result>,
    prepare: () => Promise<void> = async () => undefined,
  ): Promise<Result> => {
    const result = lastChange.then(async () => {
      await prepare();
      await connection.run("BEGIN");
      let apply: () => Result;
      try {
        apply = await work();
        await connection.run("COMMIT");
      } catch (error) {
        await connection.run("ROLLBACK").catch(() => undefined);
        throw error;
      }
      revision += 1;
      return apply();
    });
    lastChange = result.catch(() => undefined);
    return result;
  };
  const record = async (
    kind: "dataset" | "function" | "table",
    name: string,
    resource: unknown,
  ) => {
    await connection.run("DELETE FROM local_bigquery.resources WHERE kind = $1 AND name = $2", [
      kind,
      name,
    ]);
    if (resource === undefined) return;
    await connection.run("INSERT INTO local_bigquery.resources VALUES ($1, $2, $3)", [
      kind,
      name,
      JSON.stringify(resource),
    ]);
  };

  const getDataset = (name: Pick<TableName, "project" | "dataset">): CatalogDataset => {
    const dataset = datasets.get(datasetKey(name));
    if (dataset) return dataset;
    throw new BigqueryError("notFound", `Not found: Dataset ${datasetKey(name)}`);
  };
  const getTable = (name: TableName): CatalogTable => {
    getDataset(name);
    const table = tables.get(tableKey(name));
    if (table) return table;
    throw new BigqueryError("notFound", `Not found: Table ${tableKey(name)}`);
  };
  const tablesOf = (name: Pick<TableName, "project" | "dataset">) =>
    [...tables.values()]
      .filter((table) => table.project === name.project && table.dataset === name.dataset)
      .toSorted((left, right) => (left.table < right.table ? -1 : 1));

  return {
    /** Another one after every change. */
    revision: () => revision,
    getDataset,
    getTable,
    findTable: (name: TableName) => tables.get(tableKey(name)),
    findFunction: (name: TableName) => functions.get(tableKey(name)),
    listProjects: () =>
      [...new Set([...datasets.values()].map((dataset) => dataset.project))].toSorted(),
    listDatasets: (project: string) =>
      [...datasets.values()]
        .filter((dataset) => dataset.project === project)
        .toSorted((left, right) => (left.dataset < right.dataset ? -1 : 1)),
    listTables: (name: Pick<TableName, "project" | "dataset">) => {
      getDataset(name);
      return tablesOf(name);
    },

    insertDataset: (request: Omit<CatalogDataset, "createdAt" | "modifiedAt">) =>
      change(async () => {
        const key = datasetKey(request);
        if (datasets.has(key)) {
          throw new BigqueryError("duplicate", `Already Exists: Dataset ${key}`);
        }
        const dataset = { ...request, createdAt: now(), modifiedAt: now() };
        await connection.run(`CREATE SCHEMA "${key}"`);
        await record("dataset", key, dataset);
        return () => {
          datasets.set(key, dataset);
          return dataset;
        };
      }),

    deleteDataset: (name: Pick<TableName, "project" | "dataset">, deleteContents: boolean) =>
      change(async () => {
        const key = datasetKey(getDataset(name));
        const contents = tablesOf(name);
        const routines = [...functions.values()].filter((one) => datasetKey(one) === key);
        if (contents.length + routines.length > 0 && !deleteContents) {
          throw new BigqueryError("resourceInUse", `Dataset ${key} is still in use`);
        }
        await connection.run(`DROP SCHEMA "${key}" CASCADE`);
        for (const table of contents) await record("table", tableKey(table), undefined);
        for (const one of routines) await record("function", tableKey(one), undefined);
        await record("dataset", key, undefined);
        return () => {
          for (const table of contents) tables.delete(tableKey(table));
          for (const one of routines) functions.delete(tableKey(one));
          datasets.delete(key);
        };
      }),

    insertTable: (name: TableName, fields: Field[], request: TableRequest) =>
      change(async () => {
        getDataset(name);
        const key = tableKey(name);
        if (tables.has(key)) throw new BigqueryError("duplicate", `Already Exists: Table ${key}`);
        const table: CatalogTable = {
          ...name,
          fields,
          viewQuery: request.view?.query,
          settings: withoutNulls(settingsOf(request)),
          createdAt: now(),
          modifiedAt: now(),
          version: 1,
        };
        checkLayout(table);
        if (table.viewQuery === undefined) {
          if (fields.length === 0) {
            throw new BigqueryError("notImplemented", `Table ${key} has no schema`);
          }
          const columns = fields.map(
            (field) =>
              `"${field.name}" ${nameDuckdbType(field)}${field.mode === "REQUIRED" ? " NOT NULL" : ""}`,
          );
          await connection.run(`CREATE TABLE ${quoteTable(name)} (${columns.join(", ")})`);
        }
        await record("table", key, table);
        return () => {
          tables.set(key, table);
          return table;
        };
      }),

    /** `fields` undefined keeps the schema; `request` carries only what changes. */
    updateTable: (name: TableName, fields: Field[] | undefined, request: TableRequest) => {
      let table: CatalogTable;
      const prepare = async () => {
        const before = getTable(name);
        table = {
          ...before,
          fields: fields ?? before.fields,
          viewQuery: request.view?.query ?? before.viewQuery,
          settings: withoutNulls({ ...before.settings, ...settingsOf(request) }),
          modifiedAt: now(),
          version: before.version + 1,
        };
        if (before.viewQuery === undefined) checkTableChange(before, table);
        checkLayout(table);
        if (before.viewQuery !== undefined) return;
        // DuckDB commits no two new columns at once; a crash in between leaves what a repeated
        // request completes.
        for (const statement of alterTable(before, table)) await connection.run(statement);
      };
      const work = async () => {
        await record("table", tableKey(name), table);
        return () => {
          tables.set(tableKey(name), table);
          return table;
        };
      };
      return change(work, prepare);
    },

    /** Creates a table function, or replaces the one of the same name. */
    putFunction: (one: CatalogFunction) =>
      change(async () => {
        getDataset(one);
        await record("function", tableKey(one), one);
        return () => {
          functions.set(tableKey(one), one);
        };
      }),

    deleteFunction: (name: TableName) =>
      change(async () => {
        const key = tableKey(name);
        if (!functions.has(key)) {
          throw new BigqueryError("notFound", `Not found: Routine ${key}`);
        }
        await record("function", key, undefined);
        return () => {
          functions.delete(key);
        };
      }),

    deleteTable: (name: TableName) =>
      change(async () => {
        const table = getTable(name);
        if (table.viewQuery === undefined) await connection.run(`DROP TABLE ${quoteTable(name)}`);
        await record("table", tableKey(name), undefined);
        return () => {
          tables.delete(tableKey(name));
        };
      }),
  };
}

const storedTableSchema = z.object({
  project: z.string(),
  dataset: z.string(),
  table: z.string(),
  fields: z.unknown(),
  viewQuery: z.string().optional(),
  settings: z.unknown(),
  createdAt: z.number(),
  modifiedAt: z.number(),
  version: z.number(),
});

function readStoredTable(value: unknown): CatalogTable {
  const stored = storedTableSchema.parse(value);
  const resource = readTableResource({ schema: { fields: stored.fields } });
  return {
    ...stored,
    fields: resource.schema?.fields ?? [],
    viewQuery: stored.viewQuery,
    settings: settingsOf(readTableResource(stored.settings)),
  };
}

function settingsOf(request: TableRequest): CatalogTable["settings"] {
  const { clustering, description, friendlyName, labels } = request;
  const { requirePartitionFilter, timePartitioning } = request;
  const given = { clustering, description, friendlyName, labels };
  return Object.fromEntries(
    Object.entries({ ...given, requirePartitionFilter, timePartitioning }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}

/** A null in a request takes a setting away. */
function withoutNulls(settings: CatalogTable["settings"]): CatalogTable["settings"] {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null));
}

function checkLayout(table: CatalogTable): void {
  const { timePartitioning, clustering, requirePartitionFilter } = table.settings;
  const field = (name: string) =>
    table.fields.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  if (timePartitioning) {
    const column = field(timePartitioning.field);
    if (!column) {
      throw new BigqueryError(
        "invalid",
        "The field specified for partitioning cannot be found in the schema.",
      );
    }
    if (!["DATE", "DATETIME", "TIMESTAMP"].includes(column.type) || column.mode === "REPEATED") {
      throw new BigqueryError(
        "invalid",
        `The field specified for time partitioning can only be of type TIMESTAMP, DATE or DATETIME. The type found is: ${column.type}.`,
      );
    }
  } else if (requirePartitionFilter) {
    throw new BigqueryError(
      "invalid",
      "require_partition_filter can only be set on a partitioned table.",
    );
  }
  checkColumnNames(table.fields);
  for (const name of clustering?.fields ?? []) {
    const column = field(name);
    if (column && (column.mode === "REPEATED" || notClustered.has(column.type))) {
      throw new BigqueryError(
        "invalid",
        `Clustering by ${column.mode === "REPEATED" ? "a REPEATED column" : column.type} is not allowed. Invalid field: ${name}.`,
      );
    }
    if (!column) {
      throw new BigqueryError(
        "invalid",
        `The field specified for clustering cannot be found in the schema. Invalid field: ${name}.`,
      );
    }
  }
}

const notClustered = new Set(["BYTES", "FLOAT", "JSON", "RECORD"]);

/** Prefixes that BigQuery keeps for its own columns. */
const ownPrefixes =
  /^(?:_CHANGE_SEQUENCE_NUMBER|_CHANGE_TYPE|_COLIDENTIFIER|_FILE_|_PARTITION|_ROW_TIMESTAMP|_TABLE_|__ROOT__)/i;

function checkColumnNames(fields: readonly Field[], path = ""): void {
  const seen = new Set<string>();
  for (const field of fields) {
    const key = field.name.toLowerCase();
    if (seen.has(key)) {
      throw new BigqueryError(
        "invalid",
        `Duplicate field names are not allowed in a schema: ${path}${field.name}`,
      );
    }
    seen.add(key);
    if (ownPrefixes.test(field.name)) {
      throw new BigqueryError(
        "invalid",
        `Field name ${path}${field.name} is not allowed: its prefix is reserved`,
      );
    }
    checkColumnNames(field.fields, `${path}${field.name}.`);
  }
}

function checkTableChange(before: CatalogTable, after: CatalogTable): void {
  if (after.viewQuery !== undefined) {
    throw new BigqueryError("invalid", `Cannot convert table ${tableKey(after)} into a view`);
  }
  const field = (table: CatalogTable) => table.settings.timePartitioning?.field;
  if (field(before) !== field(after)) {
    throw new BigqueryError("invalid", `Cannot change partitioning of table ${tableKey(after)}`);
  }
  checkSchemaChange(tableKey(after), before.fields, after.fields);
}

function alterTable(before: CatalogTable, after: CatalogTable): string[] {
  const old = new Map(before.fields.map((field) => [field.name.toLowerCase(), field]));
  const alter = `ALTER TABLE ${quoteTable(after)}`;
  return after.fields.flatMap((field) => {
    const previous = old.get(field.name.toLowerCase());
    const type = nameDuckdbType(field);
    if (!previous) {
      const add = `${alter} ADD COLUMN IF NOT EXISTS "${field.name}" ${type}`;
      // A list is never NULL. DEFAULT [] would do, but DuckDB cannot replay it after a crash.
      const fill = `UPDATE ${quoteTable(after)} SET "${field.name}" = [] WHERE "${field.name}" IS NULL`;
      return field.mode === "REPEATED" ? [add, fill] : [add];
    }
    const statements: string[] = [];
    if (nameDuckdbType(previous) !== type) {
      statements.push(`${alter} ALTER "${field.name}" SET DATA TYPE ${type}`);
    }
    if (previous.mode === "REQUIRED" && field.mode === "NULLABLE") {
      statements.push(`${alter} ALTER "${field.name}" DROP NOT NULL`);
    }
    return statements;
  });
}

function datasetKey(name: Pick<TableName, "project" | "dataset">): string {
  return `${name.project}:${name.dataset}`;
}

function tableKey(name: TableName): string {
  return `${name.project}:${name.dataset}.${name.table}`;
}
