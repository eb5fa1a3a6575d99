import type { GroupingItem, Node, Query, Select, SelectItem } from "../parse/syntax-tree.ts";
import { compose, type Expression, type Read } from "../types/expression.ts";
import { bool, quoteName, structOf, writeType } from "../types/sql-type.ts";
import { analyzeAs, analyzeExpression, inferName } from "./analyze-expression.ts";
import { analyzeFrom, levelOf } from "./analyze-from.ts";
import { columnKeys } from "./column-keys.ts";
import {
  type Column,
  type Context,
  keyOf,
  type OutputColumn,
  type Relation,
  refuse,
  type Scope,
} from "./context.ts";
import { readFields } from "./resolve-path.ts";
import { writeOrder } from "./write-order.ts";

type Output = { name: string | undefined; value: Expression; explicit: boolean };

/** Understands a SELECT with the ORDER BY and LIMIT of its query. */
export function analyzeSelect(outer: Context, select: Select, query: Query | undefined): Relation {
  const base: Context = {
    ...outer,
    outer,
    scope: undefined,
    clause: "FROM clause",
    aggregates: "refused",
    windows: false,
    aliases: undefined,
    keys: undefined,
    namedWindows: new Map(
      select.windows.map(({ name, specification }) => [keyOf(name), specification]),
    ),
  };
  const source = select.from && analyzeFrom(base, select.from);
  const level = levelOf(outer) + 1;
  const scope: Scope = source?.scope ?? { level, columns: [], hidden: [], ranges: new Map() };
  const inside: Context = { ...base, scope };
  const where =
    select.where &&
    analyzeAs({ ...inside, clause: "WHERE clause" }, select.where, bool, "WHERE clause");
  const listing: Context = {
    ...inside,
    clause: "SELECT list",
    aggregates: "allowed",
    windows: true,
    keys: select.group ? undefined : new Set(),
  };

  // Once to learn the names, and once more when it is known what GROUP BY makes readable.
  const first = analyzeItems(listing, select.items);
  const grouping = select.group && analyzeGrouping(inside, select, first);
  const keys = grouping?.keys;
  const outputs = grouping ? analyzeItems({ ...listing, keys }, select.items) : first;
  const aliases = aliasesOf(outputs);
  const after: Context = { ...inside, keys, aliases, aggregates: "allowed" };
  const having =
    select.having &&
    analyzeAs({ ...after, clause: "HAVING clause" }, select.having, bool, "HAVING clause");
  const qualify =
    select.qualify &&
    analyzeAs(
      { ...after, clause: "QUALIFY clause", windows: true },
      select.qualify,
      bool,
      "QUALIFY clause",
    );
  const order = analyzeOrder(
    { ...after, clause: "ORDER BY clause", windows: true },
    select,
    query,
    outputs,
  );

  const values = outputs.map((output) => output.value);
  const all = [...values, ...order.map((item) => item.value), having, qualify].filter(
    (one) => one !== undefined,
  );
  const grouped = select.group !== undefined || all.some((one) => one.aggregates);
  if (select.having && !grouped) {
    refuse(
      outer,
      select.having.place,
      "The HAVING clause requires GROUP BY or aggregation to be present",
    );
  }
  if (qualify && select.qualify && !all.some((one) => one.windows)) {
    refuse(outer, qualify.place, "The QUALIFY clause requires analytic function to be present");
  }
  if (grouped) {
    for (const value of values) refuseUngrouped(outer, level, "SELECT list", value);
    if (having) refuseUngrouped(outer, level, "HAVING clause", having);
    if (qualify) refuseUngrouped(outer, level, "QUALIFY clause", qualify);
    for (const { value } of order) refuseUngrouped(outer, level, "ORDER BY clause", value);
  }
  if (select.distinct) refuseDistinct(outer, outputs);

  const relation = describe(outer, select, outputs);
  const columnNames = columnKeys(relation.columns);
  const list = relation.values
    .map((value, index) => `${value.sql} AS ${columnNames[index] ?? ""}`)
    .join(", ");
  const clauses = [
    `SELECT ${select.distinct ? "DISTINCT " : ""}${list}`,
    source ? `FROM ${source.sql}` : "",
    where ? `WHERE ${where.sql}` : "",
    grouping && grouping.sql !== "" ? `GROUP BY ${grouping.sql}` : "",
    having ? `HAVING ${having.sql}` : "",
    qualify ? `QUALIFY ${qualify.sql}` : "",
    order.length > 0 ? `ORDER BY ${order.map((item) => item.sql).join(", ")}` : "",
  ];
  const reads = [...all, ...(where ? [where] : []), ...(grouping?.values ?? [])].flatMap(
    (one) => one.reads,
  );
  return {
    sql:
      clauses.filter((clause) => clause !== "").join(" ") + (query ? writeLimit(outer, query) : ""),
    columns: relation.columns,
    isValue: select.as !== undefined,
    reads: reads.filter((read: Read) => read.level < level),
  };
}

/** LIMIT and OFFSET, which are literals or parameters. */
export function writeLimit(context: Context, query: Query): string {
  const count = (node: Node | undefined, clause: string) => {
    if (!node) return "";
    const { constant } = analyzeExpression({ ...context, scope: undefined }, node);
    if (constant?.kind === "integer" && !constant.value.startsWith("-"))
      return ` ${clause} ${constant.value}`;
    return refuse(
      context,
      node.place,
      `${clause} expects a non-negative integer literal or parameter`,
    );
  };
  return count(query.limit, "LIMIT") + count(query.offset, "OFFSET");
}

function analyzeItems(context: Context, items: readonly SelectItem[]): Output[] {
  return items.flatMap((item): Output[] => {
    if (item.kind === "star") return expandStar(context, item);
    const value = analyzeExpression(context, item.value);
    return [
      {
        name: item.alias?.text ?? inferName(item.value),
        value,
        explicit: item.alias !== undefined,
      },
    ];
  });
}

function expandStar(context: Context, item: SelectItem & { kind: "star" }): Output[] {
  const columns = item.base ? columnsOf(context, item.base) : (context.scope?.columns ?? []);
  if (!item.base && columns.length === 0) {
    return refuse(context, item.place, "SELECT * must have a FROM clause");
  }
  for (const name of item.except) {
    if (columns.some((column) => column.name !== undefined && keyOf(column.name) === keyOf(name)))
      continue;
    refuse(context, name.place, `Column ${name.text} in SELECT * EXCEPT list does not exist`);
  }
  for (const { name } of item.replace) {
    if (columns.some((column) => column.name !== undefined && keyOf(column.name) === keyOf(name)))
      continue;
    refuse(context, name.place, `Column ${name.text} in SELECT * REPLACE list does not exist`);
  }
  const except = new Set(item.except.map((name) => keyOf(name)));
  const kept = columns.filter(
    (column) => column.name === undefined || !except.has(keyOf(column.name)),
  );
  if (kept.length === 0) {
    return refuse(context, item.place, "SELECT * expands to zero columns after applying EXCEPT");
  }
  return kept.map((column) => {
    const replaced = item.replace.find(
      ({ name }) => column.name !== undefined && keyOf(name) === keyOf(column.name),
    );
    if (replaced) {
      return {
        name: replaced.name.text,
        value: analyzeExpression(context, replaced.value),
        explicit: false,
      };
    }
    const read = { name: column.name ?? "", place: item.place, level: context.scope?.level ?? 0 };
    const value = { ...compose(column.sql, column.type, item.place), reads: [read] };
    const covered = context.keys?.has(column.sql) ? { ...value, reads: [] } : value;
    return { name: column.name, value: covered, explicit: false };
  });
}

function columnsOf(context: Context, base: Node): Column[] {
  const range =
    base.kind === "path" && base.names.length === 1
      ? context.scope?.ranges.get(keyOf(base.names[0] ?? ""))
      : undefined;
  if (range) return range.columns;
  const value = analyzeExpression(context, base);
  const { type } = value;
  if (type.kind !== "STRUCT") {
    return refuse(context, value.place, `Dot-star is not supported for type ${writeType(type)}`);
  }
  return type.members.map((member) => {
    const place = value.place;
    if (member.name === undefined) {
      return { name: undefined, sql: `(${value.sql}).${quoteName(member.key)}`, type: member.type };
    }
    const field = readFields(context, value, [{ text: member.name, place }]);
    return { name: member.name, sql: field.sql, type: field.type };
  });
}

/** A name that two items have is no one's. */
function aliasesOf(outputs: readonly Output[]): ReadonlyMap<string, Expression> {
  const aliases = new Map<string, Expression>();
  const twice = new Set<string>();
  for (const { name, value, explicit } of outputs) {
    if (name === undefined) continue;
    const key = keyOf(name);
    const before = aliases.get(key);
    if (before && before.sql !== value.sql && explicit) twice.add(key);
    if (!before || explicit) aliases.set(key, value);
  }
  for (const key of twice) aliases.delete(key);
  return aliases;
}

function analyzeGrouping(context: Context, select: Select, outputs: readonly Output[]) {
  const inside: Context = { ...context, clause: "GROUP BY clause" };
  const aliases = aliasesOf(outputs);
  const values: Expression[] = [];
  const read = (node: Node): string => {
    const value = readKey(inside, node, outputs, aliases);
    if (value.type.kind === "ARRAY" || value.type.kind === "JSON") {
      refuse(
        context,
        value.place,
        `Grouping by expressions of type ${value.type.kind} is not allowed`,
      );
    }
    if (value.aggregates || value.windows) {
      const what = value.aggregates ? "an aggregate function" : "an analytic function";
      refuse(
        context,
        value.place,
        `Column ${node.kind === "integer" ? node.value : ""} contains ${what}, which is not allowed in GROUP BY`.replace(
          "Column  contains",
          "Expression contains",
        ),
      );
    }
    values.push(value);
    return value.sql;
  };
  const write = (item: GroupingItem): string => {
    if (item.kind === "key") return read(item.value);
    const sets = item.sets.map((set) => {
      const keys = set.map(read);
      return keys.length === 1 ? (keys[0] ?? "") : `(${keys.join(", ")})`;
    });
    return `${item.kind} (${[...sets, ...item.nested.map(write)].join(", ")})`;
  };
  const { group } = select;
  let sql = "";
  if (group?.all) {
    for (const { value } of outputs) {
      if (!value.aggregates && !value.windows && value.reads.length > 0) values.push(value);
    }
    sql = values.map((value) => value.sql).join(", ");
  } else {
    sql = (group?.items ?? []).map(write).join(", ");
  }
  return { sql, values, keys: new Set(values.map((value) => value.sql)) };
}

/** A number is an item of the SELECT list, and so is its alias, even where a column has the name. */
function readKey(
  context: Context,
  node: Node,
  outputs: readonly Output[],
  aliases: ReadonlyMap<string, Expression>,
): Expression {
  if (node.kind === "integer") {
    const output = outputs[Number(node.value) - 1];
    if (!output) {
      return refuse(
        context,
        node.place,
        `GROUP BY is out of range: ${node.value}. Column numbers go from 1 to ${outputs.length}`.replace(
          "GROUP BY is out of range: ",
          "GROUP BY column number item is out of range: ",
        ),
      );
    }
    return { ...output.value, place: node.place };
  }
  if (node.kind === "path") {
    const [first, ...rest] = node.names;
    const alias = first && aliases.get(keyOf(first));
    if (alias) return readFields(context, { ...alias, place: node.place }, rest);
  }
  return analyzeExpression(context, node);
}

type OrderKey = { sql: string; value: Expression };

function analyzeOrder(
  context: Context,
  select: Select,
  query: Query | undefined,
  outputs: readonly Output[],
): OrderKey[] {
  return (query?.order ?? []).map((item) => {
    if (item.value.kind === "integer") {
      const index = Number(item.value.value);
      const output = outputs[index - 1];
      if (!output) {
        return refuse(
          context,
          item.place,
          `ORDER BY column number item is out of range. Column numbers go from 1 to ${outputs.length}`,
        );
      }
      return writeKey(context, select, item, output.value, outputs);
    }
    return writeKey(context, select, item, analyzeExpression(context, item.value), outputs);
  });
}

function writeKey(
  context: Context,
  select: Select,
  item: Query["order"][number],
  value: Expression,
  outputs: readonly Output[],
): OrderKey {
  const index = outputs.findIndex((output) => output.value.sql === value.sql);
  if (select.distinct && index < 0) {
    const name = value.reads[0]?.name ?? "";
    return refuse(
      context,
      item.place,
      `ORDER BY clause expression references column ${name} which is not visible after SELECT DISTINCT`,
    );
  }
  // By its number: a constant would otherwise be taken for one.
  const sql =
    index >= 0 && select.as === undefined && value.type.kind !== "FLOAT64"
      ? String(index + 1)
      : value.sql;
  return { sql: writeOrder(context, item, value, sql), value };
}

function refuseUngrouped(context: Context, level: number, clause: string, value: Expression): void {
  const read = value.reads.find((one) => one.level === level);
  if (!read) return;
  refuse(
    context,
    read.place,
    `${clause} expression references column ${read.name} which is neither grouped nor aggregated`,
  );
}

function refuseDistinct(context: Context, outputs: readonly Output[]): void {
  for (const { name, value } of outputs) {
    const { kind } = value.type;
    if (kind !== "ARRAY" && kind !== "JSON") continue;
    refuse(
      context,
      value.place,
      `Column ${name ?? ""} of type ${kind} cannot be used in SELECT DISTINCT`,
    );
  }
}

function describe(context: Context, select: Select, outputs: readonly Output[]) {
  const columns: OutputColumn[] = outputs.map(({ name, value }) => ({
    name,
    type: value.type,
    expression: value,
  }));
  const values = outputs.map((output) => output.value);
  if (select.as === "STRUCT") {
    const type = structOf(columns);
    const members = type.members.map(
      (member, index) => `${quoteName(member.key)} := ${values[index]?.sql ?? "NULL"}`,
    );
    const packed = compose(`struct_pack(${members.join(", ")})`, type, select.place);
    return { columns: [{ name: undefined, type }], values: [packed] };
  }
  const [only] = columns;
  if (select.as === "VALUE") {
    if (columns.length !== 1 || !only) {
      return refuse(context, select.place, "SELECT AS VALUE query must have exactly one column");
    }
    return { columns: [{ name: undefined, type: only.type }], values };
  }
  return { columns, values };
}
