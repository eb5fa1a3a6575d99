import { BigqueryError } from "../../bigquery-error.ts";
import { quoteTable, type TableName } from "../../open-catalog.ts";
import type { FromItem, Name, Pivot, WithOffset } from "../parse/syntax-tree.ts";
import { notImplemented } from "../place-error.ts";
import { commonType, convert, distanceTo } from "../types/convert-expression.ts";
import { typeOfField } from "../types/convert-field.ts";
import { compose, type Expression } from "../types/expression.ts";
import { bool, int64, quoteName, writeType } from "../types/sql-type.ts";
import { analyzeAs, analyzeExpression, describeType } from "./analyze-expression.ts";
import { analyzeQuery } from "./analyze-query.ts";
import { columnKeys } from "./column-keys.ts";
import {
  aliasAt,
  type Column,
  type Context,
  keyOf,
  type OutputColumn,
  type Range,
  refuse,
  type Scope,
} from "./context.ts";
import { listSchema } from "./information-schema.ts";
import { findRange, resolvePath } from "./resolve-path.ts";

/** A FROM clause: its DuckDB text and the names that it brings. */
export type Source = { sql: string; scope: Scope };

/** Understands a FROM clause; what stands to the left is readable in lists and ON. */
export function analyzeFrom(context: Context, item: FromItem): Source {
  const level = levelOf(context.outer) + 1;
  return analyzeItem(context, item, { level, columns: [], hidden: [], ranges: new Map() });
}

/** How many queries are around. */
export function levelOf(context: Context | undefined): number {
  for (let at = context; at; at = at.outer) if (at.scope) return at.scope.level;
  return -1;
}

function analyzeItem(context: Context, item: FromItem, left: Scope): Source {
  switch (item.kind) {
    case "join":
      return analyzeJoin(context, item, left);
    case "table":
      return analyzeTable(context, item, left);
    case "table query": {
      const relation = analyzeQuery({ ...context, scope: undefined }, item.query);
      const alias = aliasAt(context, item.place);
      const sql = `(${relation.sql}) AS ${alias}${writeSample(item.also.sample)}`;
      const source = fromRelation(
        relation.columns,
        relation.isValue,
        alias,
        item.alias,
        left.level,
      );
      if (!item.also.pivot) return { sql, scope: source };
      return analyzePivot(context, { sql, scope: source }, item.also.pivot, item.alias);
    }
    case "table function": {
      const name = item.names.map((one) => one.text).join(".");
      if (
        /^(?:APPENDS|CHANGES|EXTERNAL_QUERY|GAP_FILL|RANGE_SESSIONIZE|VECTOR_SEARCH|(?:ML|AI)\..+)$/i.test(
          name,
        )
      ) {
        throw notImplemented(`Table function ${name}`);
      }
      return analyzeFunction(context, item, left);
    }
    case "unnest":
      return analyzeUnnest(
        context,
        analyzeExpression({ ...context, scope: left, clause: "FROM clause" }, item.list),
        item,
        left,
      );
  }
}

function analyzeFunction(
  context: Context,
  item: FromItem & { kind: "table function" },
  left: Scope,
): Source {
  const { services } = context.statement;
  const written = item.names.map((one) => one.text).join(".");
  const found = services.findFunction(nameTable(context, item.names, left));
  if (!found) return refuse(context, item.place, `Table-valued function not found: ${written}`);
  const { parameters, apply } = services.readFunction(found);
  // What stands to the left is nothing that an argument could read.
  const inside: Context = { ...context, scope: undefined, outer: undefined, clause: "FROM clause" };
  const given = item.arguments?.map((node) => analyzeExpression(inside, node)) ?? [];
  const fits =
    given.length === parameters.length &&
    parameters.every(({ type }, index) => {
      const value = given[index];
      return value !== undefined && Number.isFinite(distanceTo(value, type));
    });
  if (!fits) {
    const types = given.map((one) => describeType(one)).join(", ");
    return refuse(
      context,
      item.place,
      `No matching signature for table-valued function ${written} for argument types: ${types}`,
    );
  }
  const values = new Map<string, Expression>();
  for (const [index, { name, type }] of parameters.entries()) {
    const value = given[index];
    if (!value) continue;
    const converted = convert(value, type);
    values.set(keyOf(name), { ...converted, sql: `(${converted.sql})`, constant: undefined });
  }
  const relation = apply(values);
  const alias = aliasAt(context, item.place);
  return {
    sql: `(${relation.sql}) AS ${alias}`,
    scope: fromRelation(
      relation.columns,
      false,
      alias,
      item.alias ?? item.names.at(-1),
      left.level,
    ),
  };
}

function analyzeTable(context: Context, item: FromItem & { kind: "table" }, left: Scope): Source {
  const { names, place } = item;
  const [first, ...rest] = names;
  if (!first) throw new RangeError("A table without a name");
  const common = names.length === 1 ? context.commonTables.get(keyOf(first)) : undefined;
  const correlated = names.length > 1 && findRange({ ...context, scope: left }, first);
  if (correlated) {
    const list = resolvePath({ ...context, scope: left }, names);
    return analyzeUnnest(context, list, { ...item, alias: item.alias ?? rest.at(-1) }, left);
  }
  const alias = aliasAt(context, place);
  const named = item.alias ?? names.at(-1);
  if (item.offset) return refuse(context, place, "WITH OFFSET can only be used with array scans");
  let source: Source;
  if (common) {
    const sql = `${quoteName(common.name)} AS ${alias}${writeSample(item.also.sample)}`;
    source = { sql, scope: fromRelation(common.columns, common.isValue, alias, named, left.level) };
  } else {
    source = analyzeStored(context, item, alias, named, left);
  }
  return item.also.pivot ? analyzePivot(context, source, item.also.pivot, item.alias) : source;
}

function analyzeStored(
  context: Context,
  item: FromItem & { kind: "table" },
  alias: string,
  named: Name | undefined,
  left: Scope,
): Source {
  const { statement } = context;
  const parts = item.names.map((name) => name.text);
  const schema = parts.findIndex((part) => part.toUpperCase() === "INFORMATION_SCHEMA");
  if (schema >= 0) {
    const listed = listSchema(context, parts, schema, item.place);
    return {
      sql: `(${listed.sql}) AS ${alias}`,
      scope: fromRelation(listed.columns, false, alias, named, left.level),
    };
  }
  const name = nameTable(context, item.names, left);
  const table = statement.services.lookUp(name);
  if (table.viewQuery !== undefined) {
    const { columns, name: view } = statement.services.useView(table);
    return {
      sql: `${quoteName(view)} AS ${alias}${writeSample(item.also.sample)}`,
      scope: fromRelation(columns, false, alias, named, left.level),
    };
  }
  statement.services.useTable(table);
  const columns = table.fields.map((field) => ({
    name: field.name,
    sql: `${alias}.${quoteName(field.name)}`,
    type: typeOfField(field),
  }));
  return {
    sql: `${quoteTable(table)} AS ${alias}${writeSample(item.also.sample)}`,
    scope: scopeOf({ columns, value: undefined }, named, left.level),
  };
}

/** The table that is meant by `project.dataset.table`, with the defaults of the statement. */
export function nameTable(context: Context, names: readonly Name[], visible?: Scope): TableName {
  const { dataset: defaultDataset, project: defaultProject } = context.statement;
  const parts = names.map((name) => name.text);
  const written = parts.join(".");
  const place = names[0]?.place ?? 0;
  if (written.endsWith("*")) throw notImplemented(`Wildcard table ${written}`);
  const [table = "", dataset = defaultDataset, project = defaultProject, ...more] =
    parts.toReversed();
  if (more.length > 0) {
    // `a-b.c:d` and the like are other names than these.
    return refuse(context, place, `Invalid table name: ${written}`);
  }
  if (dataset === undefined) {
    const list = visible?.columns.some(
      (column) => column.name !== undefined && keyOf(column.name) === keyOf(table),
    );
    if (list) {
      return refuse(
        context,
        place,
        `Table not found: ${table} (Unqualified identifiers in a FROM clause are always resolved as tables. Identifier ${table} is in scope but unqualified names cannot be resolved here.)`,
      );
    }
    throw new BigqueryError(
      "invalidQuery",
      `Table "${table}" must be qualified with a dataset (e.g. dataset.table).`,
    );
  }
  return { project, dataset, table };
}

function writeSample(percent: string | undefined): string {
  return percent === undefined ? "" : ` TABLESAMPLE SYSTEM (${percent} PERCENT)`;
}

function fromRelation(
  output: readonly OutputColumn[],
  isValue: boolean,
  alias: string,
  name: Name | undefined,
  level: number,
): Scope {
  const keys = columnKeys(output);
  const columns = output.map((column, index) => ({
    name: column.name,
    sql: `${alias}.${keys[index] ?? ""}`,
    type: column.type,
  }));
  const [value] = columns;
  return scopeOf(
    isValue && value ? valueRange(value, name) : { columns, value: undefined },
    name,
    level,
  );
}

/** Rows that are no records: a STRUCT's members are columns, too. */
function valueRange(value: Column, name: Name | undefined): Range {
  const { type } = value;
  if (type.kind !== "STRUCT") return { columns: [{ ...value, name: name?.text }], value };
  const columns = type.members.map((member) => ({
    name: member.name,
    sql: `(${value.sql}).${quoteName(member.key)}`,
    type: member.type,
  }));
  return { columns, value };
}

function scopeOf(range: Range, name: Name | undefined, level: number): Scope {
  const ranges = new Map(name ? [[keyOf(name), range]] : []);
  return { level, columns: range.columns, hidden: [], ranges };
}

function analyzeUnnest(
  context: Context,
  list: Expression,
  item: { alias: Name | undefined; offset: WithOffset; place: number },
  left: Scope,
): Source {
  if (list.type.kind !== "ARRAY") {
    return refuse(
      context,
      list.place,
      `Values referenced in UNNEST must be arrays. UNNEST contains expression of type ${writeType(list.type)}`,
    );
  }
  const alias = aliasAt(context, item.place);
  const element = { name: item.alias?.text, sql: `${alias}.e`, type: list.type.element };
  const range = valueRange(element, item.alias);
  const scope = scopeOf(range, item.alias, left.level);
  if (!item.offset) return { sql: `(SELECT unnest(${list.sql}) AS e) AS ${alias}`, scope };
  const name = item.offset.alias ?? { text: "offset", place: item.place };
  // Both are unnested as one list, so that they stay beside each other.
  const pairs = `list_transform(${list.sql}, lambda each_item, each_place: struct_pack(e := each_item, o := each_place - 1))`;
  const pair = `(SELECT unnest(${pairs}) AS p) AS ${alias}`;
  const inside = (column: Column): Column => ({
    ...column,
    sql: column.sql.replace(`${alias}.e`, `(${alias}.p).e`),
  });
  const offset: Column = { name: name.text, sql: `(${alias}.p).o`, type: int64 };
  const shifted: Range = {
    columns: range.columns.map(inside),
    value: range.value && inside(range.value),
  };
  const result = scopeOf(shifted, item.alias, left.level);
  result.columns = [...result.columns, offset];
  result.ranges.set(keyOf(name), { columns: [offset], value: offset });
  return { sql: pair, scope: result };
}

function analyzeJoin(context: Context, item: FromItem & { kind: "join" }, around: Scope): Source {
  const left = analyzeItem(context, item.left, around);
  const visible = merge(context, around, left.scope, item.place);
  const right = analyzeItem(context, item.right, visible);
  const list =
    item.right.kind === "unnest" ||
    (item.right.kind === "table" && right.sql.startsWith("(SELECT unnest("));
  if (item.using.length > 0) return joinUsing(context, item, left, right);
  const scope = merge(context, left.scope, right.scope, item.place);
  const within = merge(context, around, scope, item.place);
  if (item.join === "CROSS") return { sql: `${left.sql} CROSS JOIN ${right.sql}`, scope };
  if (!item.on) {
    if (list && (item.join === "INNER" || item.join === "LEFT")) {
      return { sql: `${left.sql} ${item.join} JOIN ${right.sql} ON TRUE`, scope };
    }
    return refuse(
      context,
      item.place,
      `${item.join === "INNER" ? "INNER" : item.join} JOIN must have an immediately following ON or USING clause`,
    );
  }
  if (list && (item.join === "RIGHT" || item.join === "FULL")) {
    return refuse(context, item.place, `Array scan is not allowed with ${item.join} JOIN`);
  }
  const on = analyzeAs(
    { ...context, scope: within, clause: "JOIN ON clause" },
    item.on,
    bool,
    "JOIN ON clause",
  );
  if (list && item.join === "LEFT") {
    // DuckDB joins a list of the row only without a condition.
    const filtered = right.sql.replace(/\) AS (\S+)$/, ") AS $1");
    const alias = /AS (\S+)$/.exec(filtered)?.[1] ?? "";
    const sql = `${left.sql} LEFT JOIN (SELECT * FROM ${filtered} WHERE ${on.sql}) AS ${alias} ON TRUE`;
    return { sql, scope };
  }
  return { sql: `${left.sql} ${item.join} JOIN ${right.sql} ON ${on.sql}`, scope };
}

function merge(context: Context, left: Scope, right: Scope, place: number): Scope {
  const ranges = new Map(left.ranges);
  for (const [name, range] of right.ranges) {
    if (ranges.has(name))
      refuse(context, place, `Duplicate table alias ${name} in the same FROM clause`);
    ranges.set(name, range);
  }
  return {
    level: left.level,
    columns: [...left.columns, ...right.columns],
    hidden: [...left.hidden, ...right.hidden],
    ranges,
  };
}

function joinUsing(
  context: Context,
  item: FromItem & { kind: "join" },
  left: Source,
  right: Source,
): Source {
  const merged = merge(context, left.scope, right.scope, item.place);
  const used: Column[] = [];
  const conditions = item.using.map((name) => {
    const find = (scope: Scope, side: string) => {
      const found = scope.columns.filter(
        (column) => column.name !== undefined && keyOf(column.name) === keyOf(name),
      );
      const [column] = found;
      if (!column) {
        return refuse(
          context,
          name.place,
          `Column ${name.text} in USING clause not found on ${side} side of join`,
        );
      }
      if (found.length > 1) {
        return refuse(
          context,
          name.place,
          `Column ${name.text} in USING clause is ambiguous on ${side} side of join`,
        );
      }
      return compose(column.sql, column.type, name.place);
    };
    const a = find(left.scope, "left");
    const b = find(right.scope, "right");
    const type = commonType([a, b]);
    if (!type || type.kind === "ARRAY" || type.kind === "STRUCT") {
      return refuse(
        context,
        name.place,
        `Column ${name.text} in USING has incompatible types on either side of the join: ${writeType(a.type)}, ${writeType(b.type)}`,
      );
    }
    const [x, y] = [convert(a, type).sql, convert(b, type).sql];
    const sql = item.join === "RIGHT" ? y : item.join === "FULL" ? `coalesce(${x}, ${y})` : x;
    used.push({ name: name.text, sql, type });
    return `${x} = ${y}`;
  });
  const names = new Set(item.using.map((name) => keyOf(name)));
  const rest = merged.columns.filter(
    (column) => column.name === undefined || !names.has(keyOf(column.name)),
  );
  const kind = item.join === "CROSS" ? "INNER" : item.join;
  return {
    sql: `${left.sql} ${kind} JOIN ${right.sql} ON ${conditions.join(" AND ")}`,
    scope: { ...merged, columns: [...used, ...rest] },
  };
}

/** One row for each group of the columns that neither FOR nor an aggregate reads. */
function analyzePivot(
  context: Context,
  source: Source,
  pivot: Pivot,
  name: Name | undefined,
): Source {
  const inside: Context = {
    ...context,
    scope: source.scope,
    clause: "PIVOT expression",
    aggregates: "allowed",
    windows: false,
    aliases: undefined,
    keys: undefined,
  };
  const input = analyzeExpression(inside, pivot.input);
  const read = new Set<string>();
  const note = (sql: string) => {
    for (const column of source.scope.columns) if (sql.includes(column.sql)) read.add(column.sql);
  };
  note(input.sql);
  const cells = pivot.values.flatMap((option) => {
    const value = analyzeExpression({ ...inside, scope: undefined }, option.value);
    const type = commonType([input, value]);
    if (!type) {
      return refuse(
        context,
        value.place,
        `PIVOT IN expression of type ${writeType(value.type)} does not match ${writeType(input.type)}`,
      );
    }
    const chosen = `${convert(input, type).sql} IS NOT DISTINCT FROM ${convert(value, type).sql}`;
    return pivot.aggregates.map(({ call, alias }) => {
      const aggregate = analyzeExpression(inside, call);
      if (!aggregate.aggregates || call.kind !== "call") {
        return refuse(context, call.place, "PIVOT expression must be an aggregate function call");
      }
      note(aggregate.sql);
      if (pivot.aggregates.length > 1 && !alias) {
        return refuse(
          context,
          call.place,
          "PIVOT aggregate must have an alias where there are several",
        );
      }
      const label = option.alias?.text ?? labelOf(context, value);
      const parts = alias ? `${alias.text}_${label}` : label;
      return { name: parts, type: aggregate.type, sql: filterAggregate(aggregate.sql, chosen) };
    });
  });
  const kept = source.scope.columns.filter((column) => !read.has(column.sql));
  const keys = kept.map((column) => column.sql);
  const outputs = [...kept.map((column) => ({ ...column })), ...cells];
  const names = columnKeys(outputs);
  const list = outputs.map((column, index) => `${column.sql} AS ${names[index] ?? ""}`).join(", ");
  const group = keys.length > 0 ? ` GROUP BY ${keys.join(", ")}` : "";
  const alias = `${aliasAt(context, pivot.place)}p`;
  const scope = fromRelation(outputs, false, alias, pivot.alias ?? name, source.scope.level);
  return { sql: `(SELECT ${list} FROM ${source.sql}${group}) AS ${alias}`, scope };
}

/** `sum(x)` over some rows; a CAST stays around it. */
function filterAggregate(sql: string, condition: string): string {
  const match = /^((?:CAST\()?)([a-z_]+\((?:.*)\))((?: AS [A-Z0-9(),]+\))?)$/s.exec(sql);
  if (!match || sql.includes(" FILTER ")) throw notImplemented("PIVOT with this aggregate");
  return `${match[1] ?? ""}${match[2] ?? ""} FILTER (WHERE ${condition})${match[3] ?? ""}`;
}

function labelOf(context: Context, value: Expression): string {
  const { constant } = value;
  if (constant?.kind === "null") return "NULL";
  if (constant?.kind === "string")
    return /^[A-Za-z_]/.test(constant.value)
      ? constant.value.replace(/\W/g, "_")
      : `_${constant.value.replace(/\W/g, "_")}`;
  if (constant?.kind === "integer")
    return constant.value.startsWith("-")
      ? `minus_${constant.value.slice(1)}`
      : `_${constant.value}`;
  if (value.sql === "TRUE" || value.sql === "FALSE") return value.sql;
  return refuse(context, value.place, "PIVOT value needs an alias");
}
