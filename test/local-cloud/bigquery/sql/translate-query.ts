import { Dialect, transpile } from "@polyglot-sql/sdk";

import { BigqueryError } from "../bigquery-error.ts";
import type { Catalog, CatalogTable, TableName } from "../open-catalog.ts";
import type { Field } from "../table-resource.ts";
import { nameView, type ResolvedNames, resolveNames } from "./resolve-names.ts";
import { rewriteCalls } from "./rewrite-calls.ts";
import { type QueryParameters, substituteParameters } from "./substitute-parameters.ts";

export type QueryRequest = {
  query: string;
  project: string;
  dataset: string | undefined;
  parameters: QueryParameters;
};

export type TranslatedQuery = Pick<ResolvedNames, "outputs" | "statement"> & {
  /** One DuckDB statement. */
  sql: string;
  /** What the statement reads or writes, as written. */
  references: CatalogTable[];
  /** The tables behind it, those under views included. */
  baseTables: CatalogTable[];
};

/** Views may build on views; BigQuery allows 16 levels. */
const deepestView = 16;

/**
 * Translates one GoogleSQL statement into one DuckDB statement.
 *
 * Views are expanded to common table expressions, so their texts are the only thing kept of them.
 * Throws BigqueryError: `invalidQuery` for wrong SQL, `notFound` for tables, `notImplemented` for
 * what would not mean the same in DuckDB.
 */
export function translateQuery(catalog: Catalog, request: QueryRequest): TranslatedQuery {
  const lookUp = (name: TableName) => findTable(catalog, name);
  const text = substituteParameters(request.query, request.parameters);
  const defaults = { project: request.project, dataset: request.dataset };
  const main = translateOne(text, defaults, lookUp);
  const views = new Map<string, string>();
  const baseTables = new Set<CatalogTable>();
  const expand = (tables: CatalogTable[], depth: number): void => {
    for (const table of tables) {
      if (table.viewQuery === undefined) {
        baseTables.add(table);
        continue;
      }
      const name = nameView(table);
      if (views.has(name)) continue;
      if (depth > deepestView) {
        throw new BigqueryError("invalidQuery", `Too many nested views: ${name}`);
      }
      const inside = { project: table.project, dataset: undefined };
      const body = translateOne(substituteParameters(table.viewQuery, []), inside, lookUp);
      if (body.statement !== "SELECT") {
        throw new BigqueryError("invalidQuery", `${name} is not a SELECT`);
      }
      expand(body.tables, depth + 1);
      views.set(name, body.sql);
    }
  };
  expand(main.tables, 1);
  return {
    sql: prepend(views, main.sql),
    statement: main.statement,
    outputs: main.outputs,
    references: main.tables,
    baseTables: [...baseTables],
  };
}

function findTable(catalog: Catalog, name: TableName): CatalogTable {
  const table = catalog.findTable(name);
  if (table) return table;
  const written = `${name.project}:${name.dataset}`;
  const location = catalog
    .listDatasets(name.project)
    .find((dataset) => dataset.dataset === name.dataset)?.location;
  throw new BigqueryError(
    "notFound",
    location === undefined
      ? `Not found: Dataset ${written} was not found in location US`
      : `Not found: Table ${written}.${name.table} was not found in location ${location}`,
  );
}

function translateOne(
  text: string,
  defaults: { project: string; dataset: string | undefined },
  lookUp: (name: TableName) => CatalogTable,
): ResolvedNames {
  const resolved = resolveNames(text, defaults, lookUp);
  const translated = transpile(
    rewriteCalls(resolved.sql, (name) => isRecordList(resolved.tables, name)),
    Dialect.BigQuery,
    Dialect.DuckDB,
  );
  const sql = translated.sql?.[0];
  if (!translated.success || sql === undefined) {
    throw new BigqueryError("invalidQuery", `Syntax error: ${translated.error ?? "not a query"}`);
  }
  return { ...resolved, sql: quoteLists(sql) };
}

/** Whether every list of that name in these tables is one of records. */
function isRecordList(tables: CatalogTable[], name: string): boolean {
  const found = (fields: Field[]): Field[] =>
    fields.flatMap((field) => [
      ...(field.name.toLowerCase() === name.toLowerCase() && field.mode === "REPEATED"
        ? [field]
        : []),
      ...found(field.fields),
    ]);
  const lists = tables.flatMap((table) => found(table.fields));
  return lists.length > 0 && lists.every((field) => field.type === "RECORD");
}

/** The translator drops the quotes in EXCLUDE and column lists, which reserved words need. */
function quoteLists(sql: string): string {
  return sql.replace(
    /(\bEXCLUDE |"unnest \d+")\(([\w, ]+)\)/g,
    (_, before: string, names: string) => `${before}(${names.replace(/\w+/g, '"$&"')})`,
  );
}

function prepend(views: ReadonlyMap<string, string>, sql: string): string {
  if (views.size === 0) return sql;
  const definitions = [...views]
    .map(([name, body]) => `"${name}" AS NOT MATERIALIZED (${body})`)
    .join(", ");
  const clause = /^WITH (RECURSIVE )?/.exec(sql);
  if (!clause) return `WITH ${definitions} ${sql}`;
  return `${clause[0]}${definitions}, ${sql.slice(clause[0].length)}`;
}
