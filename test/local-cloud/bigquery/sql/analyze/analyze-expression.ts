import { parseFloat64, parseNumeric } from "../engine/numbers.ts";
import { parseDate, parseDatetime, parseTimestamp } from "../engine/read-time.ts";
import { applyOverload, overload } from "../functions/overload.ts";
import type { Node, Query } from "../parse/syntax-tree.ts";
import { notImplemented } from "../place-error.ts";
import {
  commonType,
  convert,
  distanceTo,
  writeDate,
  writeDatetime,
  writeTimestamp,
} from "../types/convert-expression.ts";
import { compose, type Expression } from "../types/expression.ts";
import {
  arrayOf,
  bool,
  bytes,
  date,
  datetime,
  float64,
  int64,
  json,
  nameStorage,
  numeric,
  quoteName,
  quoteText,
  type SqlType,
  string,
  structOf,
  timestamp,
  writeType,
} from "../types/sql-type.ts";
import { analyzeCall } from "./analyze-call.ts";
import { analyzeParameter, writeDouble } from "./analyze-parameter.ts";
import { analyzeQuery } from "./analyze-query.ts";
import { addInterval, analyzeExtract } from "./analyze-time.ts";
import { analyzeType } from "./analyze-type.ts";
import { castExpression } from "./cast-expression.ts";
import { columnKeys } from "./column-keys.ts";
import { type Context, type Relation, refuse } from "./context.ts";
import { cover, readFields, resolvePath } from "./resolve-path.ts";
import { startOf } from "./start-of.ts";

/** Understands an expression; refuses with its place what GoogleSQL refuses. */
export function analyzeExpression(context: Context, node: Node): Expression {
  return cover(context, { ...analyzeNode(context, node), place: startOf(node) });
}

/** An expression that must be of a type, such as a condition. */
export function analyzeAs(context: Context, node: Node, type: SqlType, what: string): Expression {
  const value = analyzeExpression(context, node);
  if (Number.isFinite(distanceTo(value, type))) return convert(value, type);
  return refuse(
    context,
    startOf(node),
    `${what} should return type ${writeType(type)}, but returns ${writeType(value.type)}`,
  );
}

function analyzeNode(context: Context, node: Node): Expression {
  const { place } = node;
  switch (node.kind) {
    case "null":
      return { ...compose("CAST(NULL AS BIGINT)", int64, place), constant: { kind: "null" } };
    case "boolean":
      return compose(node.value ? "TRUE" : "FALSE", bool, place);
    case "integer":
      return integerLiteral(context, node.value, place);
    case "float": {
      const constant = { kind: "float", value: node.value } as const;
      return { ...compose(writeDouble(parseFloat64(node.value)), float64, place), constant };
    }
    case "string": {
      const constant = { kind: "string", value: node.value } as const;
      return { ...compose(quoteText(node.value), string, place), constant };
    }
    case "bytes":
      return compose(`unhex('${Buffer.from(node.value, "latin1").toString("hex")}')`, bytes, place);
    case "typed literal":
      return typedLiteral(context, node.type, node.value, place);
    case "interval":
      throw notImplemented("INTERVAL as a value");
    case "parameter":
      return analyzeParameter(context, node);
    case "path":
      return resolvePath(context, node.names);
    case "field":
      return readFields(context, analyzeExpression(context, node.base), [node.name]);
    case "subscript":
      return analyzeSubscript(context, node);
    case "call":
      return analyzeCall(context, node);
    case "cast": {
      if (node.format) throw notImplemented("CAST with FORMAT");
      const value = analyzeExpression(context, node.value);
      return castExpression(context, value, analyzeType(context, node.type), node.safe);
    }
    case "extract":
      return analyzeExtract(context, node);
    case "case":
      return analyzeCase(context, node);
    case "unary":
      return analyzeUnary(context, node);
    case "binary":
      return analyzeBinary(context, node);
    case "between":
      return analyzeBetween(context, node);
    case "in":
      return analyzeIn(context, node);
    case "like":
      return analyzeLike(context, node);
    case "is": {
      const value = analyzeExpression(context, node.value);
      if (node.what !== "NULL" && !Number.isFinite(distanceTo(value, bool))) {
        return mismatch(context, `IS ${node.what}`, [value], place);
      }
      const given = node.what === "NULL" ? value : convert(value, bool);
      return compose(`((${given.sql}) IS ${node.not ? "NOT " : ""}${node.what})`, bool, place, [
        value,
      ]);
    }
    case "distinct from": {
      const { left, right } = comparable(context, "IS DISTINCT FROM", node.left, node.right, place);
      const not = node.not ? "NOT " : "";
      return compose(`(${left.sql} IS ${not}DISTINCT FROM ${right.sql})`, bool, place, [
        left,
        right,
      ]);
    }
    case "exists": {
      const relation = subquery(context, node.query);
      return around(`EXISTS (${relation.sql})`, bool, place, relation);
    }
    case "subquery": {
      const relation = subquery(context, node.query);
      const [column] = relation.columns;
      if (relation.columns.length !== 1 || !column) {
        return refuse(
          context,
          place,
          "Scalar subquery cannot have more than one column unless using SELECT AS STRUCT to build STRUCT values",
        );
      }
      return around(`(${relation.sql})`, column.type, place, relation);
    }
    case "array subquery": {
      const relation = subquery(context, node.query);
      const [column] = relation.columns;
      if (relation.columns.length !== 1 || !column) {
        return refuse(
          context,
          place,
          "ARRAY subquery cannot have more than one column unless using SELECT AS STRUCT to build STRUCT values",
        );
      }
      if (column.type.kind === "ARRAY") {
        return refuse(
          context,
          place,
          `Cannot use array subquery with column of type ${writeType(column.type)} because nested arrays are not supported`,
        );
      }
      return around(`ARRAY(${relation.sql})`, arrayOf(column.type), place, relation);
    }
    case "array":
      return analyzeArray(context, node);
    case "struct":
      return analyzeStruct(context, node);
  }
}

/** Refuses arguments that an operator does not take. */
function mismatch(
  context: Context,
  operator: string,
  given: readonly Expression[],
  place: number,
): never {
  const types = given.map((one) => describeType(one)).join(", ");
  return refuse(
    context,
    place,
    `No matching signature for operator ${operator} for argument types: ${types}`,
  );
}

export function describeType(value: Expression): string {
  return value.constant?.kind === "null" ? "NULL" : writeType(value.type);
}

function around(sql: string, type: SqlType, place: number, relation: Relation): Expression {
  return { ...compose(sql, type, place), reads: relation.reads };
}

function subquery(context: Context, query: Query): Relation {
  // An alias of the SELECT list is no name inside a query of its own.
  return analyzeQuery({ ...context, aliases: undefined }, query);
}

function integerLiteral(context: Context, written: string, place: number): Expression {
  const value = BigInt(written);
  if (BigInt.asIntN(64, value) !== value) {
    return refuse(context, place, `Invalid integer literal: ${written}`);
  }
  const constant = { kind: "integer", value: String(value) } as const;
  return { ...compose(`CAST(${value} AS BIGINT)`, int64, place), constant };
}

function typedLiteral(context: Context, type: string, text: string, place: number): Expression {
  const invalid = (): never => refuse(context, place, `Invalid ${type} literal`);
  switch (type) {
    case "DATE":
      return compose(writeDate(parseDate(text) ?? invalid()), date, place);
    case "DATETIME":
      return compose(writeDatetime(parseDatetime(text) ?? invalid()), datetime, place);
    case "TIMESTAMP":
      return compose(writeTimestamp(parseTimestamp(text, "UTC") ?? invalid()), timestamp, place);
    case "JSON":
      return compose(`CAST(bq_parse_json(${quoteText(text)}) AS JSON)`, json, place);
    case "DECIMAL":
    case "NUMERIC":
      try {
        return compose(`CAST('${parseNumeric(text)}' AS DECIMAL(38,9))`, numeric, place);
      } catch {
        return refuse(context, place, `Invalid NUMERIC literal: ${JSON.stringify(text)}`);
      }
    default:
      throw notImplemented(`Type ${type}`);
  }
}

function analyzeSubscript(context: Context, node: Node & { kind: "subscript" }): Expression {
  const base = analyzeExpression(context, node.base);
  const { index: at } = node;
  if (base.type.kind === "JSON") {
    const index = analyzeExpression(context, at);
    const { constant } = index;
    if (constant?.kind !== "integer" && constant?.kind !== "string") {
      throw notImplemented("A computed subscript of JSON");
    }
    const path =
      constant.kind === "integer" ? `$[${constant.value}]` : `$[${JSON.stringify(constant.value)}]`;
    return compose(
      `CAST(bq_json_query(${base.sql}, ${quoteText(path)}) AS JSON)`,
      json,
      node.place,
      [base],
    );
  }
  if (base.type.kind !== "ARRAY") {
    return refuse(
      context,
      node.place,
      `Value of type ${writeType(base.type)} does not support subscript access`,
    );
  }
  const accessor =
    at.kind === "call" && at.names.length === 1 ? (at.names[0]?.text.toUpperCase() ?? "") : "";
  const argument = at.kind === "call" ? at.arguments[0]?.value : undefined;
  if (!/^(?:SAFE_)?(?:OFFSET|ORDINAL)$/.test(accessor) || !argument || argument === "*") {
    return refuse(
      context,
      startOf(at),
      "Array element access with array[position] is not supported. Use array[OFFSET(zero_based_offset)] or array[ORDINAL(one_based_ordinal)]",
    );
  }
  const position = analyzeExpression(context, argument);
  if (!Number.isFinite(distanceTo(position, int64))) {
    return refuse(
      context,
      position.place,
      `Array position in ${accessor} must be coercible to INT64 type, but has type ${writeType(position.type)}`,
    );
  }
  const index = convert(position, int64).sql;
  const ordinal = accessor.endsWith("OFFSET") ? `(${index} + 1)` : index;
  const element = `(${base.sql})[${ordinal}]`;
  const inside = `${ordinal} >= 1 AND ${ordinal} <= len(${base.sql})`;
  const type = base.type.element;
  const problem = `bq_error('Array index ' || ${index} || ' is out of bounds')`;
  const outside = accessor.startsWith("SAFE_")
    ? "NULL"
    : `CASE WHEN ${index} IS NOT NULL AND (${base.sql}) IS NOT NULL THEN CAST(${problem} AS ${nameStorage(type)}) END`;
  return compose(`CASE WHEN ${inside} THEN ${element} ELSE ${outside} END`, type, node.place, [
    base,
    position,
  ]);
}

function analyzeCase(context: Context, node: Node & { kind: "case" }): Expression {
  const { place } = node;
  const results = node.branches.map((branch) => analyzeExpression(context, branch.result));
  const otherwise = node.otherwise && analyzeExpression(context, node.otherwise);
  const all = otherwise ? [...results, otherwise] : results;
  const type = commonType(all);
  const conditions = node.branches.map((branch) => {
    if (!node.subject) return analyzeAs(context, branch.condition, bool, "CASE condition");
    const { left, right } = comparable(context, "CASE", node.subject, branch.condition, place);
    return compose(`(${left.sql} = ${right.sql})`, bool, place, [left, right]);
  });
  if (!type) {
    const types = [...new Set(all.map((one) => writeType(one.type)))].toSorted().join(", ");
    const branches = results.map(
      (result, index) =>
        `(${writeType(conditions[index]?.type ?? bool)} ${writeType(result.type)})`,
    );
    const pairs = [...branches, otherwise ? writeType(otherwise.type) : ""].join(" ").trim();
    return refuse(
      context,
      place,
      `No matching signature for operator CASE; all THEN/ELSE arguments must be coercible to a common type but found: ${types}; actual argument types (WHEN THEN) ELSE: ${pairs}`,
    );
  }
  const branches = conditions.map((condition, index) => {
    const result = results[index];
    return `WHEN ${condition.sql} THEN ${result ? convert(result, type).sql : "NULL"}`;
  });
  const rest = otherwise ? `ELSE ${convert(otherwise, type).sql} ` : "";
  return compose(`CASE ${branches.join(" ")} ${rest}END`, type, place, [...conditions, ...all]);
}

function analyzeUnary(context: Context, node: Node & { kind: "unary" }): Expression {
  const { operator, operand, place } = node;
  if (operator === "NOT") {
    const value = analyzeExpression(context, operand);
    if (!Number.isFinite(distanceTo(value, bool))) return mismatch(context, "NOT", [value], place);
    return compose(`(NOT ${convert(value, bool).sql})`, bool, place, [value]);
  }
  if (operator !== "~" && (operand.kind === "integer" || operand.kind === "float")) {
    const sign = operator === "-" ? "-" : "";
    if (operand.kind === "float") {
      const constant = { kind: "float", value: `${sign}${operand.value}` } as const;
      const value = parseFloat64(operand.value) * (sign === "-" ? -1 : 1);
      return { ...compose(writeDouble(value), float64, place), constant };
    }
    const value = BigInt(operand.value) * (sign === "-" ? -1n : 1n);
    if (BigInt.asIntN(64, value) !== value) {
      return refuse(context, place, `Invalid integer literal: ${sign}${operand.value}`);
    }
    const constant = { kind: "integer", value: String(value) } as const;
    return { ...compose(`CAST('${value}' AS BIGINT)`, int64, place), constant };
  }
  const value = analyzeExpression(context, operand);
  const overloads =
    operator === "~"
      ? [overload("INT64 -> INT64", (x) => `(~(${x}))`)]
      : ["INT64", "NUMERIC", "FLOAT64"].map((kind) =>
          overload(`${kind} -> ${kind}`, (x) => `(${operator}(${x}))`),
        );
  return applyOverload(overloads, [value], place) ?? mismatch(context, operator, [value], place);
}

const divided = (write: (a: string, b: string) => string) => [
  overload("NUMERIC, NUMERIC -> NUMERIC", (a = "", b = "") => `bq_numeric_divide(${a}, ${b})`),
  overload("FLOAT64, FLOAT64 -> FLOAT64", (a = "", b = "") => write(a, b)),
];

const arithmetic = (operator: string) => [
  overload("INT64, INT64 -> INT64", (a, b) => `((${a}) ${operator} (${b}))`),
  overload("NUMERIC, NUMERIC -> NUMERIC", (a, b) =>
    operator === "*" ? `bq_numeric_multiply(${a}, ${b})` : `((${a}) ${operator} (${b}))`,
  ),
  overload("FLOAT64, FLOAT64 -> FLOAT64", (a, b) => `((${a}) ${operator} (${b}))`),
];

const operators = new Map([
  ["*", arithmetic("*")],
  [
    "+",
    [
      ...arithmetic("+"),
      overload("DATE, INT64 -> DATE", (a, b) => `(${a} + CAST(${b} AS INTEGER))`),
      overload("INT64, DATE -> DATE", (a, b) => `(${b} + CAST(${a} AS INTEGER))`),
    ],
  ],
  [
    "-",
    [
      ...arithmetic("-"),
      overload("DATE, INT64 -> DATE", (a, b) => `(${a} - CAST(${b} AS INTEGER))`),
    ],
  ],
  ["/", divided((a, b) => `bq_divide(${a}, ${b})`)],
  ["&", [overload("INT64, INT64 -> INT64", (a, b) => `((${a}) & (${b}))`)]],
  ["|", [overload("INT64, INT64 -> INT64", (a, b) => `((${a}) | (${b}))`)]],
  ["^", [overload("INT64, INT64 -> INT64", (a, b) => `xor(${a}, ${b})`)]],
  ["<<", [overload("INT64, INT64 -> INT64", (a, b) => `bq_shift_left(${a}, ${b})`)]],
  [">>", [overload("INT64, INT64 -> INT64", (a, b) => `bq_shift_right(${a}, ${b})`)]],
  [
    "||",
    [
      overload("STRING, STRING -> STRING", (a, b) => `CAST(${a} || ${b} AS VARCHAR)`),
      overload("BYTES, BYTES -> BYTES", (a, b) => `CAST(${a} || ${b} AS BLOB)`),
      overload(
        "ARRAY<T>, ARRAY<T> -> ARRAY<T>",
        (a, b) =>
          `CASE WHEN (${a}) IS NULL OR (${b}) IS NULL THEN NULL ELSE list_concat(${a}, ${b}) END`,
      ),
    ],
  ],
  ["AND", [overload("BOOL, BOOL -> BOOL", (a, b) => `(${a} AND ${b})`)]],
  ["OR", [overload("BOOL, BOOL -> BOOL", (a, b) => `(${a} OR ${b})`)]],
]);

function analyzeBinary(context: Context, node: Node & { kind: "binary" }): Expression {
  const { operator, place } = node;
  const overloads = operators.get(operator);
  if (!overloads) return analyzeComparison(context, node);
  const interval = node.right.kind === "interval" ? node.right : undefined;
  if (interval && (operator === "+" || operator === "-")) {
    const value = analyzeExpression(context, node.left);
    return addInterval(context, value, interval, operator, `operator ${operator}`, place);
  }
  const left = analyzeExpression(context, node.left);
  const right = analyzeExpression(context, node.right);
  for (const one of [left, right]) {
    if (operator === "||" && one.constant?.kind === "null") {
      return refuse(context, one.place, "Operands of || cannot be literal NULL");
    }
  }
  const times = ["DATE", "DATETIME", "TIMESTAMP"];
  if (operator === "-" && times.includes(left.type.kind) && left.type.kind === right.type.kind) {
    throw notImplemented(`${left.type.kind} - ${right.type.kind}, an INTERVAL,`);
  }
  return (
    applyOverload(overloads, [left, right], place) ??
    mismatch(context, operator, [left, right], place)
  );
}

/** Two expressions in their common type. */
function comparable(
  context: Context,
  operator: string,
  leftNode: Node,
  rightNode: Node,
  place: number,
) {
  const left = analyzeExpression(context, leftNode);
  const right = analyzeExpression(context, rightNode);
  const type = commonType([left, right]);
  if (!type) return mismatch(context, operator, [left, right], place);
  if (type.kind === "ARRAY" || type.kind === "JSON") {
    return refuse(
      context,
      place,
      `Equality is not defined for arguments of type ${writeType(type)}`.replace(
        "Equality",
        ["=", "!=", "CASE"].includes(operator) ? "Equality" : "Comparison",
      ),
    );
  }
  if (type.kind === "STRUCT" && /[<>]/.test(operator))
    return mismatch(context, operator, [left, right], place);
  return { left: convert(left, type), right: convert(right, type), type };
}

function analyzeComparison(context: Context, node: Node & { kind: "binary" }): Expression {
  const { operator, place } = node;
  const { left, right, type } = comparable(context, operator, node.left, node.right, place);
  const sql = `(${left.sql} ${operator} ${right.sql})`;
  return compose(
    type.kind === "FLOAT64" ? guardNan(sql, operator, left, right) : sql,
    bool,
    place,
    [left, right],
  );
}

/** NaN is no number: equal to none and not before any, where DuckDB puts it above all. */
function guardNan(sql: string, operator: string, left: Expression, right: Expression): string {
  const operands = [left, right]
    .filter((one) => one.constant === undefined)
    .map((one) => `isnan(${one.sql})`);
  if (operands.length === 0) return sql;
  const either = operands.join(" OR ");
  return operator === "!=" ? `(${sql} OR ${either})` : `(${sql} AND NOT (${either}))`;
}

function analyzeBetween(context: Context, node: Node & { kind: "between" }): Expression {
  const { place } = node;
  const value = analyzeExpression(context, node.value);
  const low = analyzeExpression(context, node.low);
  const high = analyzeExpression(context, node.high);
  const type = commonType([value, low, high]);
  if (!type || type.kind === "ARRAY" || type.kind === "STRUCT" || type.kind === "JSON") {
    return mismatch(context, "BETWEEN", [value, low, high], place);
  }
  const [x, a, b] = [value, low, high].map((one) => convert(one, type).sql);
  const not = node.not ? "NOT " : "";
  return compose(`(${x} ${not}BETWEEN ${a} AND ${b})`, bool, place, [value, low, high]);
}

function analyzeIn(context: Context, node: Node & { kind: "in" }): Expression {
  const { options, place } = node;
  const value = analyzeExpression(context, node.value);
  const not = node.not ? "NOT " : "";
  if (Array.isArray(options)) {
    const given = options.map((option) => analyzeExpression(context, option));
    const type = commonType([value, ...given]);
    if (!type || type.kind === "ARRAY") {
      const types = [...new Set(given.map((one) => describeType(one)))].toSorted().join(", ");
      return refuse(
        context,
        place,
        `No matching signature for operator IN for argument types ${describeType(value)} and {${types}}`,
      );
    }
    const list = given.map((one) => convert(one, type).sql).join(", ");
    return compose(`(${convert(value, type).sql} ${not}IN (${list}))`, bool, place, [
      value,
      ...given,
    ]);
  }
  if ("list" in options)
    return analyzeInList(context, value, analyzeExpression(context, options.list), not, place);
  const relation = subquery(context, options);
  const [column] = relation.columns;
  if (relation.columns.length !== 1 || !column) {
    return refuse(context, options.place, "Subquery of type IN must have only one output column");
  }
  const type = commonType([value, compose("", column.type, place)]);
  if (!type) return mismatch(context, "IN", [value, compose("", column.type, place)], place);
  const [key = ""] = columnKeys(relation.columns);
  const inside = compose(`o.${key}`, column.type, place);
  const converted = convert(inside, type).sql;
  const rows =
    converted === inside.sql ? relation.sql : `SELECT ${converted} FROM (${relation.sql}) AS o`;
  const result = compose(`(${convert(value, type).sql} ${not}IN (${rows}))`, bool, place, [value]);
  return { ...result, reads: [...value.reads, ...relation.reads] };
}

function analyzeInList(
  context: Context,
  value: Expression,
  list: Expression,
  not: string,
  place: number,
): Expression {
  if (list.type.kind !== "ARRAY") {
    return refuse(
      context,
      list.place,
      `Second argument of IN UNNEST must be an array but was ${writeType(list.type)}`,
    );
  }
  const element = compose("", list.type.element, place);
  const type = list.constant?.kind === "empty list" ? value.type : commonType([value, element]);
  if (!type || !Number.isFinite(distanceTo(list, arrayOf(type)))) {
    return mismatch(context, "IN UNNEST", [value, list], place);
  }
  const x = convert(value, type).sql;
  const all = convert(list, arrayOf(type)).sql;
  const missing = `len(list_filter(${all}, lambda each_item: each_item IS NULL)) > 0`;
  const sql = `CASE WHEN coalesce(len(${all}), 0) = 0 THEN FALSE WHEN list_contains(${all}, ${x}) THEN TRUE WHEN (${x}) IS NULL OR ${missing} THEN NULL ELSE FALSE END`;
  return compose(`(${not}${sql})`, bool, place, [value, list]);
}

function analyzeLike(context: Context, node: Node & { kind: "like" }): Expression {
  const value = analyzeExpression(context, node.value);
  const pattern = analyzeExpression(context, node.pattern);
  for (const one of [value, pattern]) {
    if (one.constant?.kind === "null") {
      return refuse(context, one.place, "Operands of LIKE cannot be literal NULL");
    }
  }
  if (value.type.kind === "BYTES" && pattern.type.kind === "BYTES")
    throw notImplemented("LIKE of BYTES");
  if (value.type.kind !== "STRING" || pattern.type.kind !== "STRING") {
    return mismatch(context, "LIKE", [value, pattern], node.place);
  }
  const not = node.not ? "NOT " : "";
  return compose(`(${value.sql} ${not}LIKE ${pattern.sql} ESCAPE '\\')`, bool, node.place, [
    value,
    pattern,
  ]);
}

function analyzeArray(context: Context, node: Node & { kind: "array" }): Expression {
  const { place } = node;
  const items = node.items.map((item) => analyzeExpression(context, item));
  const declared = node.element && analyzeType(context, node.element);
  if (items.length === 0) {
    const type = arrayOf(declared ?? int64);
    const empty = compose(`CAST([] AS ${nameStorage(type)})`, type, place);
    return declared ? empty : { ...empty, constant: { kind: "empty list" } };
  }
  const nested = items.find((item) => item.type.kind === "ARRAY");
  if (nested) {
    return refuse(
      context,
      nested.place,
      `Cannot construct array with element type ${writeType(nested.type)} because nested arrays are not supported`,
    );
  }
  const element = declared ?? commonType(items);
  if (!element) {
    const types = [...new Set(items.map((item) => writeType(item.type)))].join(", ");
    return refuse(
      context,
      place,
      `Array elements of types {${types}} do not have a common supertype`,
    );
  }
  for (const item of items) {
    if (Number.isFinite(distanceTo(item, element))) continue;
    refuse(
      context,
      item.place,
      `Array element type ${writeType(item.type)} does not coerce to ${writeType(element)}`,
    );
  }
  const values = items.map((item) => convert(item, element).sql).join(", ");
  const type = arrayOf(element);
  const list = compose(`CAST([${values}] AS ${nameStorage(type)})`, type, place, items);
  return declared ? list : { ...list, parts: items };
}

function analyzeStruct(context: Context, node: Node & { kind: "struct" }): Expression {
  const { place } = node;
  const values = node.items.map((item) => analyzeExpression(context, item.value));
  if (node.type) {
    const type = analyzeType(context, node.type);
    if (type.kind !== "STRUCT") return refuse(context, place, "STRUCT expected");
    if (type.members.length !== values.length) {
      return refuse(
        context,
        place,
        `STRUCT type has ${type.members.length} fields but constructor call has ${values.length} fields`,
      );
    }
    const packed = values.map((value, index) => {
      const member = type.members[index];
      if (!member || !Number.isFinite(distanceTo(value, member.type))) {
        return refuse(
          context,
          value.place,
          `Struct field ${index + 1} has type ${writeType(value.type)} which does not coerce to ${member ? writeType(member.type) : ""}`,
        );
      }
      return `${quoteName(member.key)} := ${convert(value, member.type).sql}`;
    });
    return compose(`struct_pack(${packed.join(", ")})`, type, place, values);
  }
  const type = structOf(
    values.map((value, index) => {
      const item = node.items[index];
      const inferred = node.tuple ? undefined : inferName(item?.value);
      return { name: item?.alias?.text ?? inferred, type: value.type };
    }),
  );
  const members = type.members.map(
    (member, index) => `${quoteName(member.key)} := ${values[index]?.sql ?? "NULL"}`,
  );
  const packed =
    members.length === 0 ? "struct_pack(_ := NULL)" : `struct_pack(${members.join(", ")})`;
  return { ...compose(packed, type, place, values), parts: values };
}

/** What an expression without an alias is called. */
export function inferName(node: Node | undefined): string | undefined {
  if (node?.kind === "path") return node.names.at(-1)?.text;
  return node?.kind === "field" ? node.name.text : undefined;
}
