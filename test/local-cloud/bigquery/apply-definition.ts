import type { DuckDBConnection } from "@duckdb/node-api";

import { BigqueryError } from "./bigquery-error.ts";
import { checkLabels } from "./check-labels.ts";
import type { ResultField } from "./encode-results.ts";
import { type Catalog, quoteTable, type TableName } from "./open-catalog.ts";
import type { TableDefinition } from "./sql/analyze/analyze-definition.ts";
import { type Field, readTableResource } from "./table-resource.ts";

/** What a definition has done, as `ddlOperationPerformed` says it. */
export type Operation = "CREATE" | "DROP" | "REPLACE" | "SKIP";

/**
 * Creates or drops what a statement says. `sql` is the translated query of CREATE TABLE … AS.
 *
 * A table that is replaced is gone when filling the new one fails, unlike in BigQuery.
 */
export async function applyDefinition(
  catalog: Catalog,
  connection: DuckDBConnection,
  definition: TableDefinition,
  fields: ResultField[],
  sql: string,
): Promise<Operation> {
  const { target } = definition;
  if (definition.kind === "create schema") return createSchema(catalog, definition);
  if (definition.kind === "drop") return drop(catalog, definition);
  if (definition.kind === "create table function") return createFunction(catalog, definition);
  const existing = catalog.findTable(target);
  if (existing && definition.unlessExists) return "SKIP";
  checkLabels(definition.options.labels);
  const request = readTableResource({
    ...definition.options,
    ...(definition.kind === "create view"
      ? { view: { query: definition.text, useLegacySql: false } }
      : {}),
    ...(definition.partition
      ? { timePartitioning: { type: "DAY", field: definition.partition } }
      : {}),
    ...(definition.cluster.length > 0 ? { clustering: { fields: definition.cluster } } : {}),
  });
  const columns = definition.columns ?? fields.map(toField);
  if (existing) {
    if (!definition.replace) {
      throw new BigqueryError("duplicate", `Already Exists: Table ${nameOf(target)}`);
    }
    const wasView = existing.viewQuery !== undefined;
    if (wasView !== (definition.kind === "create view")) {
      throw new BigqueryError(
        "invalidQuery",
        `${nameOf(target)} is ${wasView ? "a VIEW" : "a TABLE"} and cannot be replaced by ${wasView ? "a TABLE" : "a VIEW"}`,
      );
    }
    await catalog.deleteTable(target);
  }
  await catalog.insertTable(target, columns, request);
  if (definition.kind === "create table" && sql !== "") {
    try {
      await connection.run(`INSERT INTO ${quoteTable(target)} ${sql}`);
    } catch (error) {
      await catalog.deleteTable(target);
      throw error;
    }
  }
  return existing ? "REPLACE" : "CREATE";
}

async function createSchema(
  catalog: Catalog,
  definition: TableDefinition & { kind: "create schema" },
): Promise<Operation> {
  const { project, dataset } = definition.target;
  const exists = catalog.listDatasets(project).some((one) => one.dataset === dataset);
  if (exists && definition.unlessExists) return "SKIP";
  const { description, friendlyName, labels } = definition.options;
  checkLabels(labels);
  await catalog.insertDataset({
    project,
    dataset,
    location: definition.location,
    ...(description === undefined ? {} : { description }),
    ...(friendlyName === undefined ? {} : { friendlyName }),
    ...(labels === undefined ? {} : { labels }),
  });
  return "CREATE";
}

async function createFunction(
  catalog: Catalog,
  definition: TableDefinition & { kind: "create table function" },
): Promise<Operation> {
  const { target, text, options, replace, unlessExists } = definition;
  const existing = catalog.findFunction(target);
  if (existing && unlessExists) return "SKIP";
  if (existing && !replace) {
    throw new BigqueryError("duplicate", `Already Exists: Routine ${nameOf(target)}`);
  }
  const { description } = options;
  await catalog.putFunction({
    ...target,
    text,
    ...(description === undefined ? {} : { description }),
  });
  return existing ? "REPLACE" : "CREATE";
}

async function drop(
  catalog: Catalog,
  definition: TableDefinition & { kind: "drop" },
): Promise<Operation> {
  const { target, what } = definition;
  if (what === "SCHEMA") {
    const exists = catalog
      .listDatasets(target.project)
      .some((one) => one.dataset === target.dataset);
    if (!exists && definition.ifExists) return "SKIP";
    await catalog.deleteDataset(target, definition.cascade);
    return "DROP";
  }
  if (what === "TABLE FUNCTION") {
    if (!catalog.findFunction(target) && definition.ifExists) return "SKIP";
    await catalog.deleteFunction(target);
    return "DROP";
  }
  const table = catalog.findTable(target);
  if (!table && definition.ifExists) return "SKIP";
  const isView = table?.viewQuery !== undefined;
  if (table && isView !== (what === "VIEW")) {
    throw new BigqueryError(
      "invalidQuery",
      `Cannot drop ${nameOf(target)} by DROP ${what}: it is a ${isView ? "VIEW" : "TABLE"}`,
    );
  }
  await catalog.deleteTable(target);
  return "DROP";
}

function nameOf(name: TableName): string {
  return `${name.project}:${name.dataset}.${name.table}`;
}

/** A column of a result as one of a table. */
function toField(field: ResultField): Field {
  return { ...field, fields: (field.fields ?? []).map(toField) };
}
