import type { Name } from "../parse/syntax-tree.ts";
import { compose, type Expression } from "../types/expression.ts";
import { json, quoteName, quoteText, structOf, writeType } from "../types/sql-type.ts";
import { type Column, type Context, keyOf, type Range, refuse, type Scope } from "./context.ts";

/** What a path such as `t.links` or `link.url` stands for; refuses names that nothing has. */
export function resolvePath(context: Context, names: readonly Name[]): Expression {
  const [first] = names;
  if (!first) throw new RangeError("An empty path");
  const variable = context.variables?.get(keyOf(first));
  if (variable) return readFields(context, { ...variable, place: first.place }, names.slice(1));
  for (let at: Context | undefined = context; at; at = at.outer) {
    const alias = at.aliases?.get(keyOf(first));
    if (alias) return readFields(context, { ...alias, place: first.place }, names.slice(1));
    if (!at.scope) continue;
    const found = findInScope(context, at.scope, names);
    if (found) return readFields(context, cover(context, found.expression), found.rest);
  }
  return refuse(context, first.place, `Unrecognized name: ${first.text}`);
}

/** Whether a FROM clause around has the name of a table or list. */
export function findRange(context: Context, name: Name): Range | undefined {
  for (let at: Context | undefined = context; at; at = at.outer) {
    const range = at.scope?.ranges.get(keyOf(name));
    if (range) return range;
  }
  return undefined;
}

/** An expression that GROUP BY has is readable after it, whatever it reads. */
export function cover(context: Context, expression: Expression): Expression {
  if (expression.reads.length === 0) return expression;
  let { reads } = expression;
  for (let at: Context | undefined = context; at; at = at.outer) {
    const level = at.scope?.level;
    if (at.keys?.has(expression.sql)) reads = reads.filter((read) => read.level !== level);
  }
  return reads === expression.reads ? expression : { ...expression, reads };
}

/** A field of a STRUCT, or a part of a JSON. */
export function readFields(context: Context, base: Expression, names: readonly Name[]): Expression {
  let value = base;
  for (const name of names) value = cover(context, readField(context, value, name));
  return value;
}

function readField(context: Context, base: Expression, name: Name): Expression {
  const { type } = base;
  if (type.kind === "JSON") {
    const path = quoteText(`$.${JSON.stringify(name.text)}`);
    return {
      ...compose(`CAST(bq_json_query(${base.sql}, ${path}) AS JSON)`, json, name.place, [base]),
    };
  }
  if (type.kind !== "STRUCT") {
    return refuse(
      context,
      name.place,
      `Cannot access field ${name.text} on a value with type ${writeType(type)}`,
    );
  }
  const matching = type.members.filter(
    (member) => member.name !== undefined && keyOf(member.name) === keyOf(name),
  );
  const [member] = matching;
  if (!member) {
    return refuse(
      context,
      name.place,
      `Field name ${name.text} does not exist in ${writeType(type)}`,
    );
  }
  if (matching.length > 1) {
    return refuse(context, name.place, `Struct field name ${name.text} is ambiguous`);
  }
  return compose(`(${base.sql}).${quoteName(member.key)}`, member.type, name.place, [base]);
}

function findInScope(context: Context, scope: Scope, names: readonly Name[]) {
  const [first, second] = names;
  if (!first) return undefined;
  const range = scope.ranges.get(keyOf(first));
  if (range) {
    if (range.value)
      return { expression: readColumn(range.value, scope, first), rest: names.slice(1) };
    if (!second) return { expression: readRow(range, scope, first), rest: [] };
    const column = pick(context, range.columns, second);
    if (!column) {
      return refuse(context, second.place, `Name ${second.text} not found inside ${first.text}`);
    }
    return { expression: readColumn(column, scope, second), rest: names.slice(2) };
  }
  const column = pick(context, scope.columns, first) ?? pick(context, scope.hidden, first);
  return column
    ? { expression: readColumn(column, scope, first), rest: names.slice(1) }
    : undefined;
}

function pick(context: Context, columns: readonly Column[], name: Name): Column | undefined {
  const found = columns.filter(
    (column) => column.name !== undefined && keyOf(column.name) === keyOf(name),
  );
  if (found.length > 1) refuse(context, name.place, `Column name ${name.text} is ambiguous`);
  return found[0];
}

function readColumn(column: Column, scope: Scope, name: Name): Expression {
  const reads = [{ name: name.text, place: name.place, level: scope.level }];
  return { ...compose(column.sql, column.type, name.place), reads };
}

/** A table's alias alone is its row. */
function readRow(range: Range, scope: Scope, name: Name): Expression {
  const type = structOf(range.columns);
  const members = type.members.map(
    (member, index) => `${quoteName(member.key)} := ${range.columns[index]?.sql ?? "NULL"}`,
  );
  const reads = [{ name: name.text, place: name.place, level: scope.level }];
  return { ...compose(`struct_pack(${members.join(", ")})`, type, name.place), reads };
}
