import { applyOverload, type Overload, overload } from "../functions/overload.ts";
import type { Call } from "../parse/syntax-tree.ts";
import { notImplemented } from "../place-error.ts";
import { compose, type Expression } from "../types/expression.ts";
import {
  arrayOf,
  int64,
  nameStorage,
  type SqlType,
  structOf,
  writeType,
} from "../types/sql-type.ts";
import { analyzeArguments, argumentAt, refuseSignature } from "./analyze-call.ts";
import { analyzeExpression } from "./analyze-expression.ts";
import { type Context, refuse } from "./context.ts";
import { writeOrder } from "./write-order.ts";
import { readsOfWindow, writeOver } from "./write-window.ts";

/** What stands around the arguments of an aggregate in DuckDB. */
type Around = {
  /** `DISTINCT ` or nothing. */
  distinct: string;
  /** ` ORDER BY …` or nothing. */
  order: string;
  /** ` OVER (…)` or nothing. */
  over: string;
  /** ` FILTER (WHERE …)` that leaves out NULLs, or nothing. */
  filter: (x: string) => string;
  limit: string | undefined;
};

type Aggregate = (around: Around) => readonly Overload[];

const plain =
  (name: string, ...kinds: string[]): Aggregate =>
  ({ distinct, over }) =>
    kinds.map((kind) =>
      overload(kind, (...args) => `${name}(${distinct}${args.join(", ")})${over}`),
    );

const statistic = (name: string) => plain(name, "FLOAT64 -> FLOAT64");
const statistic2 = (name: string) => plain(name, "FLOAT64, FLOAT64 -> FLOAT64");

const aggregates: Record<string, Aggregate> = {
  ANY_VALUE: plain("first", "T -> T"),
  APPROX_COUNT_DISTINCT: ({ over }) => [
    overload("T -> INT64", (x) => `count(DISTINCT ${x})${over}`),
  ],
  ARRAY_CONCAT_AGG: ({ order, over }) => [
    overload(
      "ARRAY<T> -> ARRAY<T>",
      (x) => `flatten(list(${x}${order}) FILTER (WHERE ${x} IS NOT NULL)${over})`,
    ),
  ],
  AVG: ({ distinct, over }) => [
    overload("INT64 -> FLOAT64", (x) => `avg(${distinct}${x})${over}`),
    overload(
      "NUMERIC -> NUMERIC",
      (x) =>
        `CASE WHEN count(${distinct}${x})${over} > 0 THEN bq_numeric_divide(sum(${distinct}${x})${over}, CAST(count(${distinct}${x})${over} AS DECIMAL(38,9))) END`,
    ),
    overload("FLOAT64 -> FLOAT64", (x) => `avg(${distinct}${x})${over}`),
  ],
  BIT_AND: plain("bit_and", "INT64 -> INT64"),
  BIT_OR: plain("bit_or", "INT64 -> INT64"),
  BIT_XOR: plain("bit_xor", "INT64 -> INT64"),
  CORR: statistic2("corr"),
  COUNT: plain("count", "T -> INT64"),
  COUNTIF: ({ over }) => [
    overload("BOOL -> INT64", (x) => `count(CASE WHEN ${x} THEN 1 END)${over}`),
  ],
  COVAR_POP: statistic2("covar_pop"),
  COVAR_SAMP: statistic2("covar_samp"),
  LOGICAL_AND: plain("bool_and", "BOOL -> BOOL"),
  LOGICAL_OR: plain("bool_or", "BOOL -> BOOL"),
  MAX: plain("max", "T -> T"),
  MAX_BY: plain(
    "arg_max",
    "T, FLOAT64 -> T",
    "T, STRING -> T",
    "T, TIMESTAMP -> T",
    "T, DATE -> T",
    "T, DATETIME -> T",
  ),
  MIN: ({ over }) => [
    overload("INT64 -> INT64", (x) => `min(${x})${over}`),
    overload(
      "FLOAT64 -> FLOAT64",
      (x) =>
        `CASE WHEN bool_or(isnan(${x}))${over} THEN CAST('nan' AS DOUBLE) ELSE min(${x})${over} END`,
    ),
    overload("T -> T", (x) => `min(${x})${over}`),
  ],
  MIN_BY: plain(
    "arg_min",
    "T, FLOAT64 -> T",
    "T, STRING -> T",
    "T, TIMESTAMP -> T",
    "T, DATE -> T",
    "T, DATETIME -> T",
  ),
  STDDEV: statistic("stddev_samp"),
  STDDEV_POP: statistic("stddev_pop"),
  STDDEV_SAMP: statistic("stddev_samp"),
  SUM: ({ distinct, over }) => [
    overload("INT64 -> INT64", (x) => `CAST(sum(${distinct}${x})${over} AS BIGINT)`),
    overload("NUMERIC -> NUMERIC", (x) => `CAST(sum(${distinct}${x})${over} AS DECIMAL(38,9))`),
    overload("FLOAT64 -> FLOAT64", (x) => `sum(${distinct}${x})${over}`),
  ],
  VARIANCE: statistic("var_samp"),
  VAR_POP: statistic("var_pop"),
  VAR_SAMP: statistic("var_samp"),
};

const ownAggregates = new Set(["APPROX_QUANTILES", "APPROX_TOP_COUNT", "ARRAY_AGG", "STRING_AGG"]);

/** The functions that take the rows of a group. */
export const aggregateNames: ReadonlySet<string> = new Set([
  ...Object.keys(aggregates),
  ...ownAggregates,
]);

const ordered = new Set(["ARRAY_AGG", "ARRAY_CONCAT_AGG", "STRING_AGG"]);

/** Understands an aggregate, over the rows of a group or of a window. */
export function analyzeAggregate(context: Context, call: Call, name: string): Expression {
  const { place, over } = call;
  if (over) {
    if (!context.windows)
      refuse(context, place, `Analytic function not allowed in ${context.clause}`);
    if (call.distinct && over.order.length > 0) {
      refuse(context, over.orderPlace, "Window ORDER BY is not allowed if DISTINCT is specified");
    }
    if (call.order.length > 0 || call.limit) {
      refuse(
        context,
        place,
        `${call.limit ? "LIMIT" : "ORDER BY"} is not supported in analytic function ${name}`,
      );
    }
  } else if (context.aggregates === "inside") {
    refuse(context, place, "Aggregations of aggregations are not allowed");
  } else if (context.aggregates === "refused") {
    refuse(context, place, `Aggregate function ${name} not allowed in ${context.clause}`);
  }
  if ((call.order.length > 0 || call.limit) && !ordered.has(name)) {
    refuse(
      context,
      place,
      `${call.order.length > 0 ? "ORDER BY" : "LIMIT"} in aggregate function ${name} is not supported`,
    );
  }
  const inner = over ? context : insideAggregate(context);
  const written = over ? ` ${writeOver(context, over, name)}` : "";
  const value = write(inner, call, name, written);
  if (over)
    return { ...value, reads: [...value.reads, ...readsOfWindow(context, over)], windows: true };
  const level = context.scope?.level;
  // What an aggregate reads needs no GROUP BY.
  return { ...value, reads: value.reads.filter((read) => read.level !== level), aggregates: true };
}

function insideAggregate(context: Context): Context {
  return { ...context, aggregates: "inside", windows: false, aliases: undefined, keys: undefined };
}

function write(context: Context, call: Call, name: string, over: string): Expression {
  const { place } = call;
  const star = call.arguments.length === 1 && call.arguments[0]?.value === "*";
  if (star) {
    if (name !== "COUNT") return refuse(context, place, `Argument * can only be used in COUNT(*)`);
    if (call.distinct) return refuse(context, place, "COUNT(*) cannot be used with DISTINCT");
    return compose(`count(*)${over}`, int64, place);
  }
  const given = analyzeArguments(context, call);
  if (call.having) return writeHaving(context, call, name, given, over);
  if (call.distinct && given[0]) refuseDistinct(context, given[0], name, place);
  const order = call.order.map((item) =>
    writeOrder(context, item, analyzeExpression(context, item.value)),
  );
  const around: Around = {
    distinct: call.distinct ? "DISTINCT " : "",
    order: order.length > 0 ? ` ORDER BY ${order.join(", ")}` : "",
    over,
    filter: (x) => (call.nulls === "IGNORE" ? ` FILTER (WHERE ${x} IS NOT NULL)` : ""),
    limit: readLimit(context, call),
  };
  if (call.nulls && name !== "ARRAY_AGG") {
    return refuse(
      context,
      place,
      `${call.nulls} NULLS is not allowed for aggregate function ${name}`,
    );
  }
  if (name === "ARRAY_AGG") return writeArrayAgg(context, call, given, around);
  if (name === "STRING_AGG") return writeStringAgg(context, call, given, around);
  if (name === "APPROX_QUANTILES") return writeQuantiles(context, call, given, around);
  if (name === "APPROX_TOP_COUNT") return writeTopCount(context, call, given, around);
  const comparable = name === "MAX" || name === "MIN";
  const [first] = given;
  if (comparable && first && ["ARRAY", "STRUCT", "JSON"].includes(first.type.kind)) {
    return refuse(
      context,
      place,
      `${name} is not defined for arguments of type ${writeType(first.type)}`,
    );
  }
  const overloads = aggregates[name]?.(around) ?? [];
  const applied = applyOverload(overloads, given, place);
  return applied ?? refuseSignature(context, call, name, given, overloads, "aggregate function");
}

function refuseDistinct(context: Context, value: Expression, name: string, place: number): void {
  if (!["ARRAY", "JSON"].includes(value.type.kind)) return;
  refuse(
    context,
    place,
    `Aggregate functions with DISTINCT cannot be used with arguments of type ${value.type.kind}`.replace(
      "Aggregate functions",
      name,
    ),
  );
}

function readLimit(context: Context, call: Call): string | undefined {
  if (!call.limit) return undefined;
  const { constant } = analyzeExpression(context, call.limit);
  if (constant?.kind === "integer" && !constant.value.startsWith("-")) return constant.value;
  return refuse(
    context,
    call.limit.place,
    "LIMIT expects a non-negative integer literal or parameter",
  );
}

function writeHaving(
  context: Context,
  call: Call,
  name: string,
  given: Expression[],
  over: string,
): Expression {
  const [value] = given;
  if (!call.having || !value) throw notImplemented(`HAVING in ${name}`);
  if (name !== "ANY_VALUE" || given.length > 1)
    throw notImplemented(`HAVING ${call.having.most} in ${name}`);
  const by = analyzeExpression(context, call.having.value);
  const most = call.having.most === "MAX" ? "arg_max" : "arg_min";
  return compose(`${most}(${value.sql}, ${by.sql})${over}`, value.type, call.place, [value, by]);
}

function writeArrayAgg(
  context: Context,
  call: Call,
  given: Expression[],
  around: Around,
): Expression {
  const [value] = given;
  if (!value || given.length > 1) {
    return refuseSignature(context, call, "ARRAY_AGG", given, [], "aggregate function");
  }
  if (value.type.kind === "ARRAY") {
    return refuse(
      context,
      call.place,
      `The argument to ARRAY_AGG must not be an array type but was ${writeType(value.type)}`,
    );
  }
  const list = `list(${around.distinct}${value.sql}${around.order})${around.filter(value.sql)}${around.over}`;
  const sql = around.limit === undefined ? list : `list_slice(${list}, 1, ${around.limit})`;
  return compose(sql, arrayOf(value.type), call.place, given);
}

function writeStringAgg(
  context: Context,
  call: Call,
  given: Expression[],
  around: Around,
): Expression {
  const write = (x: string, separator: string) => {
    if (around.limit === undefined) {
      return `string_agg(${around.distinct}${x}, ${separator}${around.order})${around.over}`;
    }
    const list = `list(${around.distinct}${x}${around.order}) FILTER (WHERE ${x} IS NOT NULL)${around.over}`;
    return `array_to_string(list_slice(${list}, 1, ${around.limit}), ${separator})`;
  };
  const overloads = [
    overload("STRING -> STRING", (x = "") => write(x, "','")),
    overload("STRING, STRING -> STRING", (x = "", separator = "") => write(x, separator)),
  ];
  const applied = applyOverload(overloads, given, call.place);
  return (
    applied ?? refuseSignature(context, call, "STRING_AGG", given, overloads, "aggregate function")
  );
}

/** A count that must be a literal or a parameter. */
function readCount(context: Context, call: Call, name: string): number {
  const node = argumentAt(call, 1);
  const constant = node && analyzeExpression(context, node).constant;
  if (constant?.kind === "integer" && Number(constant.value) > 0) return Number(constant.value);
  return refuse(
    context,
    node?.place ?? call.place,
    `Argument 2 to ${name} must be a positive literal or query parameter`,
  );
}

function writeQuantiles(
  context: Context,
  call: Call,
  given: Expression[],
  around: Around,
): Expression {
  const [value] = given;
  if (!value || given.length !== 2) {
    return refuseSignature(context, call, "APPROX_QUANTILES", given, [], "aggregate function");
  }
  const count = readCount(context, call, "APPROX_QUANTILES");
  const places = Array.from({ length: count + 1 }, (_, index) => index / count);
  const sql = `quantile_disc(${around.distinct}${value.sql}, [${places.join(", ")}])${around.over}`;
  return compose(sql, arrayOf(value.type), call.place, [value]);
}

function writeTopCount(
  context: Context,
  call: Call,
  given: Expression[],
  around: Around,
): Expression {
  const [value] = given;
  if (!value || given.length !== 2 || value.type.kind === "ARRAY" || value.type.kind === "STRUCT") {
    return refuseSignature(context, call, "APPROX_TOP_COUNT", given, [], "aggregate function");
  }
  if (around.over !== "") throw notImplemented("APPROX_TOP_COUNT over a window");
  const count = readCount(context, call, "APPROX_TOP_COUNT");
  const element: SqlType = structOf([
    { name: "value", type: value.type },
    { name: "count", type: int64 },
  ]);
  const storage = nameStorage(arrayOf(element));
  const known = `list_transform(map_entries(histogram(${value.sql})), lambda each_entry: struct_pack("count" := -CAST(each_entry.value AS BIGINT), "value" := each_entry.key))`;
  const missing = `CASE WHEN count(*) > count(${value.sql}) THEN [struct_pack("count" := -(count(*) - count(${value.sql})), "value" := CAST(NULL AS ${nameStorage(value.type)}))] END`;
  const sorted = `list_slice(list_sort(list_concat(${known}, ${missing})), 1, ${count})`;
  const sql = `CAST(list_transform(${sorted}, lambda each_entry: struct_pack("value" := each_entry."value", "count" := -each_entry."count")) AS ${storage})`;
  return compose(sql, arrayOf(element), call.place, [value]);
}
