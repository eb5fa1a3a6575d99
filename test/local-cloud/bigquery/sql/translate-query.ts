import { BigqueryError } from "../bigquery-error.ts";
import type { ResultField } from "../encode-results.ts";
import type { Catalog, CatalogFunction, CatalogTable, TableName } from "../open-catalog.ts";
import { analyzeDefinition, type TableDefinition } from "./analyze/analyze-definition.ts";
import { analyzeExport, type Export } from "./analyze/analyze-export.ts";
import { analyzeQuery } from "./analyze/analyze-query.ts";
import { analyzeChange } from "./analyze/analyze-statement.ts";
import { analyzeType } from "./analyze/analyze-type.ts";
import { columnKeys } from "./analyze/column-keys.ts";
import {
  type Context,
  createContext,
  keyOf,
  type OutputColumn,
  type Relation,
  type Services,
  type Statement,
} from "./analyze/context.ts";
import { parseStatements } from "./parse/parse-statement.ts";
import type { Query, Statement as Syntax } from "./parse/syntax-tree.ts";
import { notImplemented, placeError } from "./place-error.ts";
import type { QueryParameters } from "./query-parameters.ts";
import { LiteralError } from "./types/convert-expression.ts";
import { fieldOfType } from "./types/convert-field.ts";
import { compose, type Expression } from "./types/expression.ts";
import { nameStorage, quoteName, type SqlType } from "./types/sql-type.ts";

export type QueryRequest = {
  query: string;
  project: string;
  dataset: string | undefined;
  parameters: QueryParameters;
};

type StatementType =
  | "CREATE_SCHEMA"
  | "CREATE_TABLE"
  | "CREATE_TABLE_AS_SELECT"
  | "CREATE_TABLE_FUNCTION"
  | "CREATE_VIEW"
  | "DELETE"
  | "DROP_SCHEMA"
  | "DROP_TABLE"
  | "DROP_TABLE_FUNCTION"
  | "DROP_VIEW"
  | "EXPORT_DATA"
  | "INSERT"
  | "MERGE"
  | "SELECT"
  | "TRUNCATE_TABLE"
  | "UPDATE";

export type TranslatedQuery = {
  /** One DuckDB statement. */
  sql: string;
  statement: StatementType;
  /** The columns of a SELECT or of an export, and what DuckDB must make of them. */
  fields: ResultField[];
  storage: string[];
  /** A query whose first row says that a change would not be one. */
  conflicts: string | undefined;
  /** What is created or dropped, beside or instead of running `sql`. */
  definition: TableDefinition | undefined;
  /** Where the rows of the query go, instead of to the client. */
  exported: Export | undefined;
  /** What the statement reads or writes, as written. */
  references: CatalogTable[];
  /** The tables behind it, those under views included. */
  baseTables: CatalogTable[];
};

type Definition = Syntax & {
  kind: "create schema" | "create table" | "create table function" | "create view" | "drop";
};

/** Views may build on views; BigQuery allows 16 levels. */
const deepestView = 16;

/** BigQuery takes queries of 1 MB without and of 12 MB with what they stand for. */
const longestQuery = 1_048_576;

/**
 * Translates one GoogleSQL statement into one DuckDB statement.
 *
 * Views become common table expressions. Throws
 * BigqueryError: `invalidQuery` with its place for what GoogleSQL refuses, `notFound` for tables,
 * `notImplemented` for what is GoogleSQL and not understood here.
 */
export function translateQuery(catalog: Catalog, request: QueryRequest): TranslatedQuery {
  if (request.query.length > longestQuery) {
    throw new BigqueryError(
      "invalid",
      "The query is too large. The maximum standard SQL query length is 1024.00K characters, including comments and white space characters.",
    );
  }
  const references = new Map<string, CatalogTable>();
  const used: Used = { views: new Map(), tables: new Set(), depth: 0, levels: 0 };
  const services = createServices(catalog, used, 0);
  const statement: Statement = {
    text: request.query,
    prefix: "",
    project: request.project,
    dataset: request.dataset,
    parameters: request.parameters,
    services: {
      ...services,
      lookUp: (name) => {
        const table = services.lookUp(name);
        references.set(`${table.project}:${table.dataset}.${table.table}`, table);
        return table;
      },
    },
    functions: new Map(),
  };
  return placed(request.query, () => {
    const main = readMain(request.query, statement);
    const translated = translateStatement(createContext(statement), main);
    return {
      ...translated,
      sql: prepend([...used.views.values()], translated.sql),
      references: [...references.values()],
      baseTables: [...used.tables],
    };
  });
}

/** What a text reads, behind its views and functions, too. */
type Used = {
  /** In an order in which none reads a later one. */
  views: Map<CatalogTable, ViewBody>;
  tables: Set<CatalogTable>;
  /** How many views and functions the text stands in, and how many levels more there are in it. */
  depth: number;
  levels: number;
};

/** What the catalog tells at a depth, and where it is noted what is used of it. */
function createServices(catalog: Catalog, used: Used, depth: number): Services {
  return {
    lookUp: (name) => findTable(catalog, name),
    listDatasets: catalog.listDatasets,
    listTables: (project, dataset) => catalog.listTables({ project, dataset }),
    useTable: (table) => used.tables.add(table),
    useView: (view) => {
      const { body, uses } = expandView(catalog, view, depth);
      for (const [one, under] of uses.views) used.views.set(one, under);
      for (const table of uses.tables) used.tables.add(table);
      used.views.set(view, body);
      goDeeper(view, used, depth + 1 + uses.levels);
      return { name: body.name, columns: body.columns, isValue: false };
    },
    findFunction: catalog.findFunction,
    readFunction: (one) => {
      goDeeper(one, used, depth + 1);
      return readTableFunction(one, createServices(catalog, used, depth + 1));
    },
  };
}

function goDeeper({ project, dataset, table }: TableName, used: Used, depth: number): void {
  if (depth > deepestView) {
    const title = `${project}:${dataset}.${table}`;
    throw new BigqueryError("invalidQuery", `Too many nested views: ${title}`);
  }
  used.levels = Math.max(used.levels, depth - used.depth);
}

type Expansion = { body: ViewBody; uses: Used };

/** Most of a query's translation is that of its views, which is the same until the catalog changes. */
const expansions = new WeakMap<CatalogTable, Expansion & { revision: number }>();

function expandView(catalog: Catalog, view: CatalogTable, depth: number): Expansion {
  const known = expansions.get(view);
  const revision = catalog.revision();
  if (known?.revision === revision) return known;
  const uses: Used = { views: new Map(), tables: new Set(), depth: depth + 1, levels: 0 };
  goDeeper(view, uses, depth + 1);
  const { columns, sql } = translateView(view, createServices(catalog, uses, depth + 1));
  const body = { name: `view ${view.project}:${view.dataset}.${view.table}`, columns, sql };
  expansions.set(view, { body, uses, revision });
  return { body, uses };
}

/** Adds the place to what a literal is refused for. */
function placed<Result>(text: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof LiteralError) throw placeError(text, error.place, error.message);
    throw error;
  }
}

/** Functions may stand before the one statement that is run. */
function readMain(text: string, statement: Statement): Syntax {
  const statements = parseStatements(text);
  const main = statements.at(-1);
  for (const [index, one] of statements.entries()) {
    if (one.kind !== "create function") {
      if (one === main) continue;
      throw notImplemented("A script of several statements");
    }
    const { name } = one.function;
    const own = { ...statement, prefix: `f${index}` };
    statement.functions.set(keyOf(name), { definition: one.function, statement: own });
  }
  if (!main || main.kind === "create function")
    throw notImplemented("A function without a query after it");
  return main;
}

function translateStatement(context: Context, main: Syntax) {
  const nothing = {
    conflicts: undefined,
    definition: undefined,
    exported: undefined,
    fields: [],
    storage: [],
  } satisfies Partial<TranslatedQuery>;
  switch (main.kind) {
    case "select":
      return { ...nothing, ...translateSelect(context, main.query), statement: "SELECT" as const };
    case "export data":
      return {
        ...nothing,
        ...translateSelect(context, main.query),
        exported: analyzeExport(context, main),
        statement: "EXPORT_DATA" as const,
      };
    case "insert":
    case "update":
    case "delete":
    case "merge":
    case "truncate": {
      const { sql, conflicts } = analyzeChange(context, main);
      return { ...nothing, sql, conflicts, statement: changes[main.kind] };
    }
    case "create view":
    case "create table":
    case "create table function":
    case "create schema":
    case "drop":
      return {
        ...nothing,
        ...translateDefinition(context, main),
        definition: analyzeDefinition(context, main),
      };
    case "create function":
      throw notImplemented("A function without a query after it");
  }
}

const changes = {
  delete: "DELETE",
  insert: "INSERT",
  merge: "MERGE",
  truncate: "TRUNCATE_TABLE",
  update: "UPDATE",
} as const;

function translateDefinition(context: Context, main: Definition) {
  switch (main.kind) {
    case "create schema":
      return { sql: "", statement: "CREATE_SCHEMA" as const };
    case "drop":
      return {
        sql: "",
        statement:
          main.what === "TABLE FUNCTION"
            ? ("DROP_TABLE_FUNCTION" as const)
            : (`DROP_${main.what}` as const),
      };
    case "create table function":
      return {
        ...translateSelect({ ...context, variables: unknownValues(context, main) }, main.query),
        statement: "CREATE_TABLE_FUNCTION" as const,
      };
    case "create view":
      return { ...translateSelect(context, main.query), statement: "CREATE_VIEW" as const };
    case "create table":
      if (!main.query) return { sql: "", statement: "CREATE_TABLE" as const };
      return {
        ...translateSelect(context, main.query),
        statement: "CREATE_TABLE_AS_SELECT" as const,
      };
  }
}

/** In place of the arguments of a function that is only looked at: NULLs of their types. */
function unknownValues(
  context: Context,
  { parameters, place }: Syntax & { kind: "create table function" },
): ReadonlyMap<string, Expression> {
  return new Map(
    parameters.map(({ name, type: written }) => {
      const type = analyzeType(context, written);
      return [keyOf(name), compose(`CAST(NULL AS ${nameStorage(type)})`, type, place)];
    }),
  );
}

function translateSelect(context: Context, query: Query) {
  const relation = expandValue(analyzeQuery(context, query));
  let unnamed = 0;
  const fields = relation.columns.map(({ name, type }) =>
    fieldOfType(name ?? `f${unnamed++}_`, type),
  );
  refuseDuplicates(fields);
  return {
    sql: relation.sql,
    fields,
    storage: relation.columns.map(({ type }) => nameStorage(type)),
  };
}

/** The members of a STRUCT that is a whole row are the columns of the result. */
function expandValue(relation: Relation): Relation {
  const [value] = relation.columns;
  if (!relation.isValue || value?.type.kind !== "STRUCT") return relation;
  const { members } = value.type;
  const [row = ""] = columnKeys(relation.columns);
  const keys = columnKeys(members);
  const list = members.map(
    (member, index) => `(v.${row}).${quoteName(member.key)} AS ${keys[index] ?? ""}`,
  );
  const columns = members.map(({ name, type }: { name: string | undefined; type: SqlType }) => ({
    name,
    type,
  }));
  return { ...relation, sql: `SELECT ${list.join(", ")} FROM (${relation.sql}) AS v`, columns };
}

function refuseDuplicates(fields: readonly ResultField[]): void {
  const seen = new Set<string>();
  const twice = fields.filter(({ name }) => {
    const before = seen.has(name.toLowerCase());
    seen.add(name.toLowerCase());
    return before;
  });
  if (twice.length === 0) return;
  throw new BigqueryError(
    "invalidQuery",
    `Duplicate column names in the result are not supported. Found duplicate(s): ${twice.map(({ name }) => name).join(", ")}`,
  );
}

function translateView(view: CatalogTable, services: Services): Relation {
  const text = view.viewQuery ?? "";
  const statement: Statement = {
    text,
    prefix: "",
    project: view.project,
    dataset: undefined,
    parameters: [],
    services,
    functions: new Map(),
  };
  return placed(text, () => {
    const main = readMain(text, statement);
    if (main.kind !== "select") {
      throw new BigqueryError("invalidQuery", `${view.dataset}.${view.table} is not a SELECT`);
    }
    return expandValue(analyzeQuery(createContext(statement), main.query));
  });
}

function readTableFunction(
  one: CatalogFunction,
  services: Services,
): ReturnType<Services["readFunction"]> {
  const statement: Statement = {
    text: one.text,
    prefix: "f",
    project: one.project,
    dataset: undefined,
    parameters: [],
    services,
    functions: new Map(),
  };
  const main = readMain(one.text, statement);
  if (main.kind !== "create table function") {
    throw new RangeError(`${one.dataset}.${one.table} is no table function`);
  }
  const context = createContext(statement);
  return {
    parameters: main.parameters.map(({ name, type }) => ({
      name,
      type: analyzeType(context, type),
    })),
    apply: (variables) =>
      placed(one.text, () => expandValue(analyzeQuery({ ...context, variables }, main.query))),
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

type ViewBody = { name: string; sql: string; columns: OutputColumn[] };

function prepend(views: readonly ViewBody[], sql: string): string {
  if (views.length === 0 || sql === "") return sql;
  const definitions = views
    .map(({ name, sql: body, columns }) => {
      return `${quoteName(name)}(${columnKeys(columns).join(", ")}) AS NOT MATERIALIZED (${body})`;
    })
    .join(", ");
  const clause = /^WITH (RECURSIVE )?/.exec(sql);
  if (!clause) return `WITH ${definitions} ${sql}`;
  return `${clause[0]}${definitions}, ${sql.slice(clause[0].length)}`;
}
