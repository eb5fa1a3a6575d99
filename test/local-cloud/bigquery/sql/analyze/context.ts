import type { CatalogFunction, CatalogTable, TableName } from "../../open-catalog.ts";
import type { FunctionDefinition, Name, WindowSpecification } from "../parse/syntax-tree.ts";
import { placeError } from "../place-error.ts";
import type { QueryParameters } from "../query-parameters.ts";
import type { Expression, Read } from "../types/expression.ts";
import type { SqlType } from "../types/sql-type.ts";

/** What a name in a query may stand for; `sql` is the DuckDB text of it. */
export type Column = { name: string | undefined; sql: string; type: SqlType };

/** A table, list or query in FROM under its alias; `value` where its rows are no records. */
export type Range = { columns: Column[]; value: Column | undefined };

/** The names that one FROM clause brings. */
export type Scope = {
  /** How many queries are around this one. */
  level: number;
  /** What is read without a qualifier, in the order of a star. */
  columns: Column[];
  /** Read by name only. */
  hidden: Column[];
  ranges: Map<string, Range>;
};

/** A query under a name, or one whose rows are no records. */
export type Relation = {
  /** What it reads of the queries around it. */
  reads: Read[];
  sql: string;
  columns: OutputColumn[];
  isValue: boolean;
};

export type OutputColumn = {
  name: string | undefined;
  type: SqlType;
  expression?: Expression | undefined;
};

/** What is the same all over a statement. */
export type Statement = {
  /** The GoogleSQL text that places count in. */
  text: string;
  /** Begins the aliases, so that those of a function's body differ from its caller's. */
  prefix: string;
  project: string;
  dataset: string | undefined;
  parameters: QueryParameters;
  services: Services;
  functions: Map<string, { definition: FunctionDefinition; statement: Statement }>;
};

/** What the catalog tells, and what the statement has used of it. */
export type Services = {
  lookUp: (name: TableName) => CatalogTable;
  listTables: (project: string, dataset: string) => CatalogTable[];
  listDatasets: (
    project: string,
  ) => { dataset: string; location: string; createdAt: number; modifiedAt: number }[];
  /** The common table that holds a view. */
  useView: (view: CatalogTable) => CommonRelation;
  useTable: (table: CatalogTable) => void;
  findFunction: (name: TableName) => CatalogFunction | undefined;
  /** The parameters of a table function, and its query with arguments in place of them. */
  readFunction: (one: CatalogFunction) => {
    parameters: readonly { name: string; type: SqlType }[];
    apply: (given: ReadonlyMap<string, Expression>) => Relation;
  };
};

/** Where an expression stands. */
export type Context = {
  statement: Statement;
  scope: Scope | undefined;
  outer: Context | undefined;
  commonTables: ReadonlyMap<string, CommonRelation>;
  /** As refusals call it, for example `WHERE clause`. */
  clause: string;
  aggregates: "allowed" | "inside" | "refused";
  windows: boolean;
  /** Names of the SELECT list, where they go before those of FROM. */
  aliases: ReadonlyMap<string, Expression> | undefined;
  /** The DuckDB texts that GROUP BY makes readable. */
  keys: ReadonlySet<string> | undefined;
  namedWindows: ReadonlyMap<string, WindowSpecification>;
  /** The arguments of the function whose body this is. */
  variables: ReadonlyMap<string, Expression> | undefined;
};

export type CommonRelation = Omit<Relation, "reads" | "sql"> & { name: string };

/** A context in which nothing can be read. */
export function createContext(statement: Statement): Context {
  return {
    statement,
    scope: undefined,
    outer: undefined,
    commonTables: new Map(),
    clause: "expression",
    aggregates: "refused",
    windows: false,
    aliases: undefined,
    keys: undefined,
    namedWindows: new Map(),
    variables: undefined,
  };
}

/** A refusal of what stands at a place of the statement. */
export function refuse(context: Context, place: number, problem: string): never {
  throw placeError(context.statement.text, place, problem);
}

/** Names ignore case. */
export function keyOf(name: Name | string): string {
  return (typeof name === "string" ? name : name.text).toLowerCase();
}

/** An alias inside DuckDB that nothing else of the statement has. */
export function aliasAt(context: Context, place: number): string {
  return `${context.statement.prefix}t${place}`;
}
