import { BigqueryError } from "../../bigquery-error.ts";
import { type CatalogTable, quoteTable } from "../../open-catalog.ts";
import type {
  Assignment,
  MergeClause,
  Name,
  Node,
  Statement as Syntax,
} from "../parse/syntax-tree.ts";
import { notImplemented } from "../place-error.ts";
import { convert, distanceTo } from "../types/convert-expression.ts";
import { typeOfField } from "../types/convert-field.ts";
import { compose, type Expression } from "../types/expression.ts";
import { bool, nameStorage, quoteName, type SqlType, writeType } from "../types/sql-type.ts";
import { analyzeAs, analyzeExpression } from "./analyze-expression.ts";
import { analyzeFrom, nameTable } from "./analyze-from.ts";
import { analyzeQuery } from "./analyze-query.ts";
import { columnKeys } from "./column-keys.ts";
import { aliasAt, type Context, keyOf, refuse, type Scope } from "./context.ts";
import { startOf } from "./start-of.ts";

/** A change of rows for DuckDB. */
export type Change = {
  sql: string;
  table: CatalogTable;
  /** A query that finds a target row with several sources, which BigQuery refuses. */
  conflicts: string | undefined;
};

type Changing = Syntax & { kind: "delete" | "insert" | "merge" | "truncate" | "update" };

/** Understands INSERT, UPDATE, DELETE, MERGE and TRUNCATE TABLE. */
export function analyzeChange(context: Context, statement: Changing): Change {
  const table = context.statement.services.lookUp(nameTable(context, statement.target));
  const place = statement.target[0]?.place ?? statement.place;
  if (table.viewQuery !== undefined) {
    refuse(
      context,
      place,
      `Cannot modify view ${table.project}:${table.dataset}.${table.table} by DML`.replace(
        "by DML",
        "with DML statement",
      ),
    );
  }
  context.statement.services.useTable(table);
  switch (statement.kind) {
    case "insert":
      return analyzeInsert(context, statement, table);
    case "update":
      return analyzeUpdate(context, statement, table);
    case "delete":
      return analyzeDelete(context, statement, table);
    case "merge":
      return analyzeMerge(context, statement, table);
    case "truncate":
      return { sql: `DELETE FROM ${quoteTable(table)}`, table, conflicts: undefined };
  }
}

type Target = { name: string; type: SqlType; required: boolean };

function targetsOf(table: CatalogTable): Target[] {
  return table.fields.map((field) => ({
    name: field.name,
    type: typeOfField(field),
    required: field.mode === "REQUIRED",
  }));
}

function findTarget(context: Context, table: CatalogTable, name: Name): Target {
  const target = targetsOf(table).find((one) => keyOf(one.name) === keyOf(name));
  return (
    target ??
    refuse(context, name.place, `Column ${name.text} is not present in table ${table.table}`)
  );
}

function pickTargets(context: Context, table: CatalogTable, names: readonly Name[]): Target[] {
  if (names.length === 0) return targetsOf(table);
  const seen = new Set<string>();
  return names.map((name) => {
    if (seen.has(keyOf(name)))
      refuse(context, name.place, `INSERT has columns with duplicate name: ${name.text}`);
    seen.add(keyOf(name));
    return findTarget(context, table, name);
  });
}

/** A value for a column; numbers that would lose digits and other types are refused. */
function assign(
  context: Context,
  value: Expression,
  target: Target,
  place: number,
  verb: "inserted into" | "assigned to",
): string {
  if (Number.isFinite(distanceTo(value, target.type))) return convert(value, target.type).sql;
  const given = writeType(value.type);
  const wanted = writeType(target.type);
  return refuse(
    context,
    place,
    verb === "inserted into"
      ? `Value has type ${given} which cannot be inserted into column ${target.name}, which has type ${wanted}`
      : `Value of type ${given} cannot be assigned to ${target.name}, which has type ${wanted}`,
  );
}

function missing(target: Target): string {
  return target.type.kind === "ARRAY" ? "[]" : `CAST(NULL AS ${nameStorage(target.type)})`;
}

/** A list is never NULL in a table. */
function stored(sql: string, target: Target): string {
  return target.type.kind === "ARRAY" ? `coalesce(${sql}, [])` : sql;
}

function analyzeInsert(
  context: Context,
  statement: Syntax & { kind: "insert" },
  table: CatalogTable,
): Change {
  const targets = pickTargets(context, table, statement.columns);
  const left = targetsOf(table).filter(
    (one) => !targets.some((target) => target.name === one.name),
  );
  for (const target of left) {
    if (target.required) {
      throw new BigqueryError("invalidQuery", `Required field ${target.name} cannot be null`);
    }
  }
  const lists = left.filter((target) => target.type.kind === "ARRAY");
  const names = [...targets, ...lists].map((target) => quoteName(target.name)).join(", ");
  const head = `INSERT INTO ${quoteTable(table)} (${names})`;
  const extra = lists.map(() => "[]");
  if (statement.query) {
    const relation = analyzeQuery(context, statement.query);
    if (relation.columns.length !== targets.length) {
      return refuse(
        context,
        statement.query.place,
        `Inserted row has wrong column count; Has ${relation.columns.length}, expected ${targets.length}`,
      );
    }
    const keys = columnKeys(relation.columns);
    const values = relation.columns.map((column, index) => {
      const target = targets[index];
      const value = {
        ...compose(`q.${keys[index] ?? ""}`, column.type, 0),
        constant: column.expression?.constant,
      };
      if (!target) return value.sql;
      if (Number.isFinite(distanceTo(value, target.type)))
        return stored(convert(value, target.type).sql, target);
      return refuse(
        context,
        statement.query?.place ?? 0,
        `Query column ${index + 1} has type ${writeType(column.type)} which cannot be inserted into column ${target.name}, which has type ${writeType(target.type)}`,
      );
    });
    const sql = `${head} SELECT ${[...values, ...extra].join(", ")} FROM (${relation.sql}) AS q`;
    return { sql, table, conflicts: undefined };
  }
  const inside: Context = { ...context, clause: "VALUES clause" };
  const rows = (statement.rows ?? []).map((row, at) => {
    if (row.length !== targets.length) {
      refuse(
        context,
        statement.rowPlaces[at] ?? statement.place,
        `Inserted row has wrong column count; Has ${row.length}, expected ${targets.length}`,
      );
    }
    const values = row.map((node, index) => {
      const target = targets[index];
      if (!target) return "NULL";
      if (node === "DEFAULT") return missing(target);
      const value = analyzeExpression(inside, node);
      return stored(assign(inside, value, target, startOf(node), "inserted into"), target);
    });
    return `(${[...values, ...extra].join(", ")})`;
  });
  return { sql: `${head} VALUES ${rows.join(", ")}`, table, conflicts: undefined };
}

/** The target under its alias, as the clauses of a change read it. */
function targetScope(context: Context, table: CatalogTable, name: Name, alias: string): Scope {
  const columns = targetsOf(table).map((target) => ({
    name: target.name,
    sql: `${alias}.${quoteName(target.name)}`,
    type: target.type,
  }));
  const ranges = new Map([[keyOf(name), { columns, value: undefined }]]);
  return { level: context.outer ? 1 : 0, columns, hidden: [], ranges };
}

function nameOf(statement: { target: Name[]; alias: Name | undefined; place: number }): Name {
  return statement.alias ?? statement.target.at(-1) ?? { text: "", place: statement.place };
}

function analyzeDelete(
  context: Context,
  statement: Syntax & { kind: "delete" },
  table: CatalogTable,
): Change {
  if (!statement.where) {
    return refuse(context, statement.place, "DELETE must have a WHERE clause");
  }
  const alias = aliasAt(context, statement.place);
  const scope = targetScope(context, table, nameOf(statement), alias);
  const inside: Context = { ...context, scope, clause: "WHERE clause" };
  const where = analyzeAs(inside, statement.where, bool, "WHERE clause");
  const sql = `DELETE FROM ${quoteTable(table)} AS ${alias} WHERE ${where.sql}`;
  return { sql, table, conflicts: undefined };
}

function merged(left: Scope, right: Scope): Scope {
  return {
    ...left,
    columns: [...left.columns, ...right.columns],
    ranges: new Map([...left.ranges, ...right.ranges]),
  };
}

/** `SET a = 1, s.b = 2` for DuckDB. */
function writeAssignments(
  context: Context,
  assignments: readonly Assignment[],
  table: CatalogTable,
): string {
  const seen = new Set<string>();
  return assignments
    .map(({ path, value }) => {
      const [name, ...fields] = path;
      if (!name) throw new RangeError("An assignment without a name");
      const target = targetsOf(table).find((one) => keyOf(one.name) === keyOf(name));
      if (!target) return refuse(context, name.place, `Unrecognized name: ${name.text}`);
      if (fields.length > 0) throw notImplemented("UPDATE of a field of a STRUCT");
      if (seen.has(keyOf(name))) {
        refuse(context, name.place, `Update item ${target.name} assigned more than once`);
      }
      seen.add(keyOf(name));
      if (value === "DEFAULT") return `${quoteName(target.name)} = ${missing(target)}`;
      const given = analyzeExpression(context, value);
      const sql = assign(context, given, target, startOf(value), "assigned to");
      return `${quoteName(target.name)} = ${stored(sql, target)}`;
    })
    .join(", ");
}

function analyzeUpdate(
  context: Context,
  statement: Syntax & { kind: "update" },
  table: CatalogTable,
): Change {
  if (!statement.where) {
    return refuse(context, statement.place, "UPDATE must have a WHERE clause");
  }
  const alias = aliasAt(context, statement.place);
  const target = targetScope(context, table, nameOf(statement), alias);
  const source = statement.from && analyzeFrom({ ...context, outer: context }, statement.from);
  const scope = source ? merged(target, source.scope) : target;
  const inside: Context = { ...context, scope, clause: "UPDATE SET clause" };
  const where = analyzeAs(
    { ...inside, clause: "WHERE clause" },
    statement.where,
    bool,
    "WHERE clause",
  );
  const set = writeAssignments(inside, statement.assignments, table);
  const from = source ? ` FROM ${source.sql}` : "";
  const sql = `UPDATE ${quoteTable(table)} AS ${alias} SET ${set}${from} WHERE ${where.sql}`;
  const conflicts = source
    ? `SELECT 1 FROM ${quoteTable(table)} AS ${alias} CROSS JOIN ${source.sql} WHERE ${where.sql} GROUP BY ${alias}.rowid HAVING count(*) > 1 LIMIT 1`
    : undefined;
  return { sql, table, conflicts };
}

function analyzeMerge(
  context: Context,
  statement: Syntax & { kind: "merge" },
  table: CatalogTable,
): Change {
  const alias = aliasAt(context, statement.place);
  const target = targetScope(context, table, nameOf(statement), alias);
  const source = analyzeFrom({ ...context, outer: context }, statement.source);
  const both: Context = { ...context, scope: merged(target, source.scope), clause: "MERGE" };
  const on = analyzeAs(both, statement.on, bool, "MERGE ON clause");
  const scopes: Record<MergeClause["when"], Scope> = {
    MATCHED: merged(target, source.scope),
    "NOT MATCHED": source.scope,
    "NOT MATCHED BY SOURCE": target,
  };
  const matching: string[] = [];
  const clauses = statement.clauses.map((clause) => {
    const inside: Context = { ...context, scope: scopes[clause.when], clause: "MERGE" };
    const condition = clause.condition && analyzeAs(inside, clause.condition, bool, "WHEN clause");
    if (clause.when === "MATCHED") matching.push(condition?.sql ?? "TRUE");
    const also = condition ? ` AND ${condition.sql}` : "";
    return `WHEN ${clause.when}${also} THEN ${writeAction(inside, clause, table, source.scope)}`;
  });
  const sql = `MERGE INTO ${quoteTable(table)} AS ${alias} USING ${source.sql} ON ${on.sql} ${clauses.join(" ")} RETURNING merge_action`;
  const conflicts =
    matching.length > 0
      ? `SELECT 1 FROM ${quoteTable(table)} AS ${alias} JOIN ${source.sql} ON ${on.sql} WHERE ${matching.map((one) => `(${one})`).join(" OR ")} GROUP BY ${alias}.rowid HAVING count(*) > 1 LIMIT 1`
      : undefined;
  return { sql, table, conflicts };
}

function writeAction(
  context: Context,
  clause: MergeClause,
  table: CatalogTable,
  source: Scope,
): string {
  const { action } = clause;
  if (action.kind === "delete") return "DELETE";
  if (action.kind === "update")
    return `UPDATE SET ${writeAssignments(context, action.assignments, table)}`;
  const targets = pickTargets(context, table, action.columns);
  const values = action.values === "ROW" ? source.columns.length : action.values.length;
  if (values !== targets.length) {
    refuse(
      context,
      clause.place,
      `Inserted row has wrong column count; Has ${values}, expected ${targets.length}`,
    );
  }
  const lists = targetsOf(table).filter(
    (one) => one.type.kind === "ARRAY" && !targets.some((target) => target.name === one.name),
  );
  const written = targets.map((target, index) => {
    const node: Node | "DEFAULT" | undefined =
      action.values === "ROW" ? undefined : action.values[index];
    if (node === "DEFAULT") return missing(target);
    const column = source.columns[index];
    const value = node
      ? analyzeExpression(context, node)
      : compose(column?.sql ?? "NULL", column?.type ?? bool, clause.place);
    return stored(
      assign(context, value, target, node ? startOf(node) : clause.place, "inserted into"),
      target,
    );
  });
  const names = [...targets, ...lists].map((target) => quoteName(target.name)).join(", ");
  return `INSERT (${names}) VALUES (${[...written, ...lists.map(() => "[]")].join(", ")})`;
}
