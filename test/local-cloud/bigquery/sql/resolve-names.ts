import { Dialect, parse } from "@polyglot-sql/sdk";

import { BigqueryError } from "../bigquery-error.ts";
import { type CatalogTable, quoteTable, type TableName } from "../open-catalog.ts";
import { applyEdits, type Edit } from "./apply-edits.ts";
import { scanSql } from "./scan-sql.ts";

export type ResolvedNames = {
  /** The statement with every name in backticks and every table under its DuckDB name. */
  sql: string;
  statement: StatementKind;
  tables: CatalogTable[];
  /** What each item of the outermost SELECT list is called; "*" for a star, undefined for none. */
  outputs: (string | undefined)[];
};

const statementKinds = {
  delete: "DELETE",
  except: "SELECT",
  insert: "INSERT",
  intersect: "SELECT",
  merge: "MERGE",
  select: "SELECT",
  subquery: "SELECT",
  truncate: "TRUNCATE_TABLE",
  union: "SELECT",
  update: "UPDATE",
} as const;

type StatementKind = (typeof statementKinds)[keyof typeof statementKinds];

type Node = { [key: string]: unknown };

/** The name under which a view's text is put before the statement. */
export function nameView(view: TableName): string {
  return `view ${view.project}:${view.dataset}.${view.table}`;
}

/**
 * Finds every name of a GoogleSQL statement by its place in the syntax tree.
 *
 * Tables and views are looked up as `project.dataset.table`, `dataset.table` (in the project) and
 * `table` (in the default dataset), unless a WITH clause in scope has the name. All names get
 * backticks because DuckDB reserves words that GoogleSQL does not, such as `at`. Throws
 * `invalidQuery` for a syntax error and what `lookUp` throws.
 */
export function resolveNames(
  written: string,
  defaults: { project: string; dataset: string | undefined },
  lookUp: (name: TableName) => CatalogTable,
): ResolvedNames {
  const sql = completeInsert(written);
  const parsed = parse(sql, Dialect.BigQuery);
  if (!parsed.success) {
    const place = `[${parsed.errorLine ?? 1}:${parsed.errorColumn ?? 1}]`;
    const problem = parsed.error.replace(/^Parse error at line \d+, column \d+: /, "");
    throw new BigqueryError("invalidQuery", `Syntax error: ${problem} at ${place}`);
  }
  const statements: unknown[] = parsed.ast;
  const first = statements[0];
  const kind = isNode(first) ? Object.keys(first)[0] : undefined;
  const known = Object.entries(statementKinds).find(([name]) => name === kind);
  if (statements.length !== 1 || !isNode(first) || !known) {
    const what = statements.length > 1 ? "Scripts" : `Statements of this kind (${kind ?? "empty"})`;
    throw new BigqueryError("notImplemented", `${what} are not implemented`);
  }

  const changed = first[known[0]];
  const unlimited = isNode(changed) && !changed.where_clause;
  if (unlimited && (known[0] === "delete" || known[0] === "update")) {
    throw new BigqueryError("invalidQuery", `${known[1]} must have a WHERE clause at [1:1]`);
  }

  const offsets = offsetsOf(sql);
  const edits: Edit[] = [];
  const tables = new Map<string, CatalogTable>();
  const aliasless = new Set<unknown>();

  const visit = (node: unknown, key: string, scope: ReadonlySet<string>): void => {
    if (Array.isArray(node)) {
      for (const item of node) visit(item, key, scope);
      return;
    }
    if (!isNode(node)) return;
    const visible = withNames(node, scope);
    if (key === "table" && isNode(node.name)) {
      visitTable(node, visible);
      return;
    }
    // DuckDB's grammar takes window names only bare.
    if (key === "window_name") return;
    const identifier = readIdentifier(node);
    if (identifier) {
      quoteIdentifier(identifier);
      return;
    }
    for (const [childKey, child] of Object.entries(node)) {
      if (key === "windows" && childKey === "name") continue;
      const target = ["delete", "insert", "truncate", "update"].includes(key);
      if (target && childKey === "table") aliasless.add(child);
      // MERGE keeps the alias beside its table, not inside.
      if ("alias" in node && childKey === "this" && isNode(child)) aliasless.add(child.table);
      visit(child, childKey, visible);
    }
  };

  const visitTable = (node: Node, scope: ReadonlySet<string>): void => {
    const identifiers = [node.catalog, node.schema, node.name].flatMap(
      (part) => readIdentifier(part) ?? [],
    );
    const parts = identifiers.flatMap((identifier) => identifier.name.split("."));
    const alias = readIdentifier(node.alias);
    if (alias) quoteIdentifier(alias);
    for (const [key, child] of Object.entries(node)) {
      if (!["alias", "catalog", "name", "schema"].includes(key)) visit(child, key, scope);
    }
    const start = identifiers[0]?.start ?? 0;
    const end = identifiers.at(-1)?.end ?? 0;
    const last = parts.at(-1) ?? "";
    const range = { start: offsets(start), end: offsets(end) };
    if (parts.length === 1 && scope.has(last.toLowerCase())) {
      edits.push({ ...range, text: `\`${last}\`` });
      return;
    }
    const table = lookUp(nameOf(parts, defaults));
    tables.set(quoteTable(table), table);
    const target =
      table.viewQuery === undefined
        ? quoteTable(table).replaceAll('"', "`")
        : `\`${nameView(table)}\``;
    const implied = alias || aliasless.has(node) ? "" : ` AS \`${last}\``;
    edits.push({ ...range, text: target + implied });
  };

  const quoteIdentifier = (identifier: Identifier): void => {
    const range = { start: offsets(identifier.start), end: offsets(identifier.end) };
    if (sql.slice(range.start, range.end) === identifier.name) {
      edits.push({ ...range, text: `\`${identifier.name}\`` });
    }
  };

  visit(first, "", new Set());
  return {
    sql: applyEdits(sql, edits),
    statement: known[1],
    tables: [...tables.values()],
    outputs: outputsOf(first),
  };
}

/** INTO may be left out in GoogleSQL, but not for the parser. */
function completeInsert(sql: string): string {
  const [first, second] = scanSql(sql);
  if (first?.upper !== "INSERT" || !second || second.upper === "INTO") return sql;
  return applyEdits(sql, [{ start: first.end, end: first.end, text: " INTO" }]);
}

type Identifier = { name: string; start: number; end: number };

function readIdentifier(node: unknown): Identifier | undefined {
  if (!isNode(node) || "args" in node || typeof node.quoted !== "boolean") return undefined;
  const { name, span } = node;
  if (typeof name !== "string" || !isNode(span)) return undefined;
  const { start, end } = span;
  return typeof start === "number" && typeof end === "number" ? { name, start, end } : undefined;
}

function withNames(node: Node, scope: ReadonlySet<string>): ReadonlySet<string> {
  const clause = node.with;
  if (!isNode(clause) || !Array.isArray(clause.ctes)) return scope;
  const ctes: unknown[] = clause.ctes;
  const names = ctes.flatMap((cte) => {
    const alias = isNode(cte) ? cte.alias : undefined;
    return isNode(alias) && typeof alias.name === "string" ? [alias.name.toLowerCase()] : [];
  });
  return new Set([...scope, ...names]);
}

function nameOf(
  parts: string[],
  defaults: { project: string; dataset: string | undefined },
): TableName {
  const written = parts.join(".");
  if (parts.some((part) => part.toUpperCase() === "INFORMATION_SCHEMA")) {
    throw new BigqueryError("notImplemented", `${written} is not implemented`);
  }
  if (written.endsWith("*")) {
    throw new BigqueryError("notImplemented", `Wildcard table ${written} is not implemented`);
  }
  const [table = "", dataset = defaults.dataset, project = defaults.project] = parts.toReversed();
  if (dataset === undefined) {
    throw new BigqueryError(
      "invalidQuery",
      `Table "${table}" must be qualified with a dataset (e.g. dataset.table).`,
    );
  }
  return { project, dataset, table };
}

function outputsOf(statement: Node): ResolvedNames["outputs"] {
  const [kind, body] = Object.entries(statement)[0] ?? [];
  if (!isNode(body)) return [];
  if (kind === "union" || kind === "intersect" || kind === "except") {
    return isNode(body.left) ? outputsOf(body.left) : [];
  }
  if (kind === "subquery") return isNode(body.this) ? outputsOf(body.this) : [];
  const items: unknown = body.expressions;
  if (kind !== "select" || !Array.isArray(items)) return [];
  return items.map((item: unknown) => {
    const [type, content] = isNode(item) ? (Object.entries(item)[0] ?? []) : [];
    if (type === "star") return "*";
    if (!isNode(content)) return undefined;
    const name = type === "alias" ? "alias" : type === "dot" ? "field" : "name";
    return type === "alias" || type === "dot" || type === "column"
      ? readIdentifier(content[name])?.name
      : undefined;
  });
}

/** The parser counts characters; JavaScript counts UTF-16 units. */
function offsetsOf(sql: string): (characters: number) => number {
  const units: number[] = [];
  let unit = 0;
  for (const character of sql) {
    units.push(unit);
    unit += character.length;
  }
  return (characters) => units[characters] ?? unit;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
