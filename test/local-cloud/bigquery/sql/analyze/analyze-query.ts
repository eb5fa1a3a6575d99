import type { Query, SetOperation } from "../parse/syntax-tree.ts";
import { notImplemented } from "../place-error.ts";
import { commonType, convert } from "../types/convert-expression.ts";
import { compose, type Expression, type Read } from "../types/expression.ts";
import { quoteName, sameType, writeType } from "../types/sql-type.ts";
import { analyzeExpression } from "./analyze-expression.ts";
import { analyzeSelect, writeLimit } from "./analyze-select.ts";
import { columnKeys } from "./column-keys.ts";
import {
  type CommonRelation,
  type Context,
  keyOf,
  type OutputColumn,
  type Relation,
  refuse,
} from "./context.ts";
import { writeOrder } from "./write-order.ts";

/** Understands a query in the context around it. */
export function analyzeQuery(context: Context, query: Query): Relation {
  const reads: Read[] = [];
  const commonTables = new Map(context.commonTables);
  const definitions: string[] = [];
  const own = new Set<string>();
  for (const { name, query: body } of query.with) {
    const key = keyOf(name);
    if (own.has(key)) refuse(context, name.place, `Duplicate alias ${name.text} for WITH subquery`);
    own.add(key);
    const inside = { ...context, commonTables: new Map(commonTables) };
    const written = `${context.statement.prefix}w${name.place}`;
    const recursive =
      query.recursive && body.body.kind === "set operation" && body.with.length === 0;
    const relation = recursive
      ? analyzeRecursive(inside, body, key, written)
      : analyzeQuery(inside, body);
    reads.push(...relation.reads);
    commonTables.set(key, {
      name: written,
      columns: relation.columns.map(withoutConstant),
      isValue: relation.isValue,
    });
    const columns = columnKeys(relation.columns).join(", ");
    definitions.push(`${quoteName(written)}(${columns}) AS (${relation.sql})`);
  }
  const inside: Context = { ...context, commonTables };
  const relation = analyzeBody(inside, query);
  if (definitions.length === 0) return { ...relation, reads: [...reads, ...relation.reads] };
  const clause = `WITH ${query.recursive ? "RECURSIVE " : ""}${definitions.join(", ")} `;
  return { ...relation, sql: clause + relation.sql, reads: [...reads, ...relation.reads] };
}

/** A literal that a query has behind a name is none any more. */
function withoutConstant(column: OutputColumn): OutputColumn {
  return { name: column.name, type: column.type };
}

function analyzeBody(context: Context, query: Query): Relation {
  const { body, order, limit, offset } = query;
  if (body.kind === "select") return analyzeSelect(context, body, query);
  if (body.kind === "query") {
    const inner = analyzeQuery(context, body);
    if (order.length === 0 && !limit) return { ...inner, sql: `(${inner.sql})` };
    return orderRelation(context, { ...inner, sql: `(${inner.sql})` }, query);
  }
  const relation = analyzeSet(context, body);
  if (order.length === 0 && !limit && !offset) return relation;
  return orderRelation(context, { ...relation, sql: `(${relation.sql})` }, query);
}

/** ORDER BY and LIMIT after a query that is done: only its columns can be read. */
function orderRelation(context: Context, relation: Relation, query: Query): Relation {
  const keys = columnKeys(relation.columns);
  const columns = relation.columns.map((column, index) => ({
    name: column.name,
    sql: `o.${keys[index] ?? ""}`,
    type: column.type,
  }));
  const inside: Context = {
    ...context,
    outer: undefined,
    scope: { level: 0, columns, hidden: [], ranges: new Map() },
    clause: "ORDER BY clause after set operation",
    aggregates: "refused",
    windows: false,
    aliases: undefined,
    keys: undefined,
  };
  const order = query.order.map((item) => {
    if (item.value.kind === "integer") {
      const index = Number(item.value.value);
      const column = columns[index - 1];
      if (!column) {
        return refuse(
          context,
          item.place,
          `ORDER BY column number item is out of range. Column numbers go from 1 to ${columns.length}`,
        );
      }
      return writeOrder(context, item, compose(column.sql, column.type, item.place));
    }
    return writeOrder(context, item, analyzeExpression(inside, item.value));
  });
  const clause = order.length > 0 ? ` ORDER BY ${order.join(", ")}` : "";
  const sql = `SELECT * FROM ${relation.sql} AS o${clause}${writeLimit(context, query)}`;
  return { ...relation, sql };
}

function analyzeSet(context: Context, operation: SetOperation): Relation {
  const inputs = operation.inputs.map((input) => analyzeInput(context, input));
  return combine(context, operation, inputs);
}

function analyzeInput(context: Context, input: SetOperation["inputs"][number]): Relation {
  if (input.kind === "query") return analyzeQuery(context, input);
  if (input.kind === "set operation") return analyzeSet(context, input);
  return analyzeSelect(context, input, undefined);
}

function combine(context: Context, operation: SetOperation, inputs: Relation[]): Relation {
  const [first] = inputs;
  if (!first) throw new RangeError("A set operation without inputs");
  const { operator, place } = operation;
  for (const [index, input] of inputs.entries()) {
    if (input.columns.length === first.columns.length) continue;
    refuse(
      context,
      operation.inputs[index]?.place ?? place,
      `Queries in ${operator} have mismatched column count; query 1 has ${first.columns.length} column${first.columns.length === 1 ? "" : "s"}, query ${index + 1} has ${input.columns.length} column${input.columns.length === 1 ? "" : "s"}`,
    );
  }
  const columns = first.columns.map((column, index): OutputColumn => {
    const given = inputs.map((input) => expressionOf(input, index, place));
    const type = commonType(given);
    if (!type) {
      const types = given.map((one) => writeType(one.type)).join(", ");
      return refuse(
        context,
        operation.inputs[1]?.place ?? place,
        `Column ${index + 1} in ${operator} has incompatible types: ${types}`,
      );
    }
    if (operator !== "UNION ALL" && (type.kind === "ARRAY" || type.kind === "JSON")) {
      return refuse(
        context,
        place,
        `Column ${index + 1} in ${operator} has type that does not support set operation comparisons: ${writeType(type)}`,
      );
    }
    return { name: column.name, type };
  });
  const keys = columnKeys(columns);
  const written = inputs.map((input) => {
    const read = input.columns.map((_, index) => expressionOf(input, index, place));
    const converted = read.map((one, index) => convert(one, columns[index]?.type ?? one.type).sql);
    const same = converted.every((sql, index) => sql === read[index]?.sql);
    if (same) return `(${input.sql})`;
    const list = converted.map((sql, index) => `${sql} AS ${keys[index] ?? ""}`).join(", ");
    return `(SELECT ${list} FROM (${input.sql}) AS i)`;
  });
  const word = operator.replace(" DISTINCT", "");
  return {
    sql: written.join(` ${word} `),
    columns,
    isValue: first.isValue,
    reads: inputs.flatMap((input) => input.reads),
  };
}

/** A column of an input, with what its literal may become. */
function expressionOf(input: Relation, index: number, place: number): Expression {
  const column = input.columns[index];
  if (!column) throw new RangeError(`No column ${index}`);
  const read = compose(`i.${columnKeys(input.columns)[index] ?? ""}`, column.type, place);
  const constant = column.expression?.constant;
  return constant ? { ...read, constant } : read;
}

/** The first input tells the columns that the others read under the table's own name. */
function analyzeRecursive(context: Context, query: Query, key: string, name: string): Relation {
  if (query.body.kind !== "set operation")
    throw new RangeError("A recursion without a set operation");
  const operation = query.body;
  const [first, ...rest] = operation.inputs;
  if (!first) throw new RangeError("A set operation without inputs");
  if (query.order.length > 0 || query.limit)
    throw notImplemented("ORDER BY or LIMIT in a recursive query");
  const start = analyzeInput(context, first);
  const columns = start.columns.map(withoutConstant);
  const self: CommonRelation = { name, columns, isValue: start.isValue };
  const inside: Context = {
    ...context,
    commonTables: new Map([...context.commonTables, [key, self]]),
  };
  const steps = rest.map((input) => analyzeInput(inside, input));
  const relation = combine(context, operation, [start, ...steps]);
  for (const [index, column] of relation.columns.entries()) {
    const before = columns[index];
    if (before && sameType(before.type, column.type)) continue;
    refuse(
      context,
      operation.place,
      `Column ${index + 1} in recursive query has type ${writeType(column.type)}, but was ${before ? writeType(before.type) : ""}`,
    );
  }
  return relation;
}
