import { BigqueryError } from "../../bigquery-error.ts";
import { functionTable } from "../functions/function-table.ts";
import { isOtherFunction } from "../functions/other-functions.ts";
import { applyOverload, type Overload, overload } from "../functions/overload.ts";
import type { Call, Node } from "../parse/syntax-tree.ts";
import { notImplemented } from "../place-error.ts";
import { convert, distanceTo } from "../types/convert-expression.ts";
import { compose, type Expression } from "../types/expression.ts";
import { int64, json, quoteText, string, writeType } from "../types/sql-type.ts";
import { aggregateNames, analyzeAggregate } from "./analyze-aggregate.ts";
import { analyzeExpression, describeType } from "./analyze-expression.ts";
import { analyzeSearch } from "./analyze-search.ts";
import { timeAnalyzers } from "./analyze-time.ts";
import { analyzeType } from "./analyze-type.ts";
import { analyzeWindowFunction, windowNames } from "./analyze-window.ts";
import { castExpression, writeAsText } from "./cast-expression.ts";
import { type Context, createContext, keyOf, refuse } from "./context.ts";
import { writeJson } from "./write-json.ts";

/** Understands a call, whatever its function is. */
export function analyzeCall(context: Context, call: Call): Expression {
  const [first, ...rest] = call.names.map((name) => name.text.toUpperCase());
  if (first === "SAFE" && rest.length > 0) return callSafely(context, call, rest.join("."));
  const name = [first, ...rest].join(".");
  const own = call.names.length === 1 ? context.statement.functions.get(keyOf(name)) : undefined;
  if (own) return callOwnFunction(context, call, own);
  if (aggregateNames.has(name)) return analyzeAggregate(context, call, name);
  if (windowNames.has(name)) return analyzeWindowFunction(context, call, name);
  refuseModifiers(context, call, name);
  if (name === "SEARCH") return analyzeSearch(context, call, name);
  const special = specialFunctions[name] ?? timeAnalyzers[name];
  const overloads = functionTable.get(name) ?? conditional[name];
  if (!special && !overloads) return refuseUnknown(context, call, name);
  const named = call.arguments.find((argument) => argument.name);
  if (named?.name) throw notImplemented(`${name} with the argument ${named.name.text} by name`);
  if (special) return special(context, call, name);
  return callOverloads(context, call, name, overloads ?? []);
}

/** NULL where the function itself fails; its arguments are computed outside, and may fail. */
function callSafely(context: Context, call: Call, name: string): Expression {
  if (aggregateNames.has(name) || windowNames.has(name)) {
    return refuse(context, call.place, `SAFE is not supported for aggregate function ${name}`);
  }
  const bound: string[] = [];
  const variables = new Map(context.variables);
  const given = call.arguments.map((argument, index) => {
    const value = argument.value === "*" ? undefined : analyzeValue(context, argument.value);
    if (!value || value.constant) return argument;
    const key = `safe argument ${index}`;
    bound.push(`a${index} := ${value.sql}`);
    variables.set(key, { ...value, sql: `safe_row.a${index}` });
    const names = [{ text: key, place: argument.place }];
    return { ...argument, value: { kind: "path" as const, names, place: argument.place } };
  });
  const inside: Context = { ...context, variables };
  const value = analyzeCall(inside, { ...call, names: call.names.slice(1), arguments: given });
  if (bound.length === 0) return { ...value, sql: `TRY(${value.sql})`, constant: undefined };
  const sql = `list_transform([struct_pack(${bound.join(", ")})], lambda safe_row: TRY(${value.sql}))[1]`;
  return { ...value, sql, constant: undefined };
}

/** A value; undefined for a part of a date or an interval, which stand as they are written. */
function analyzeValue(context: Context, node: Node): Expression | undefined {
  if (node.kind === "interval") return undefined;
  try {
    return analyzeExpression(context, node);
  } catch (error) {
    if (error instanceof BigqueryError && error.reason === "invalidQuery") return undefined;
    throw error;
  }
}

/** Applies the overload that fits; refuses in BigQuery's words where none does. */
export function callOverloads(
  context: Context,
  call: Call,
  name: string,
  overloads: readonly Overload[],
): Expression {
  const given = analyzeArguments(context, call);
  for (const argument of given) {
    if (name === "ARRAY_CONCAT" && argument.constant?.kind === "null") {
      return refuse(
        context,
        call.place,
        "The argument to ARRAY_CONCAT (or ARRAY_CONCAT_AGG) must be an array type but was NULL",
      );
    }
  }
  return (
    applyOverload(overloads, given, call.place) ??
    refuseSignature(context, call, name, given, overloads)
  );
}

export function refuseSignature(
  context: Context,
  call: Call,
  name: string,
  given: readonly Expression[],
  overloads: readonly Overload[],
  what = "function",
): never {
  const types = given.map((one) => describeType(one)).join(", ");
  const said = given.length === 0 ? " with no arguments" : ` for argument types: ${types}`;
  const supported = overloads.map((one) => `${name}(${one.written})`);
  const list =
    supported.length === 0
      ? ""
      : `. Supported signature${supported.length > 1 ? "s" : ""}: ${supported.join("; ")}`;
  return refuse(context, call.place, `No matching signature for ${what} ${name}${said}${list}`);
}

export function analyzeArguments(context: Context, call: Call): Expression[] {
  return call.arguments.map(({ value, place }) => {
    if (value !== "*") return analyzeExpression(context, value);
    return refuse(context, place, `Argument * can only be used in COUNT(*)`);
  });
}

/** The only argument that a function takes at a place; undefined where it is left out. */
export function argumentAt(call: Call, index: number): Node | undefined {
  const value = call.arguments[index]?.value;
  return value === "*" ? undefined : value;
}

function refuseModifiers(context: Context, call: Call, name: string): void {
  if (call.over) refuse(context, call.place, `Function ${name} does not support an OVER clause`);
  if (call.distinct)
    refuse(context, call.place, `Non-aggregate ${name}() call cannot have modifier DISTINCT`);
  if (call.nulls) {
    refuse(context, call.place, `${call.nulls} NULLS is not allowed on scalar function ${name}`);
  }
  if (call.order.length > 0 || call.limit || call.having) {
    refuse(context, call.place, `Non-aggregate ${name}() call cannot have modifiers`);
  }
}

function refuseUnknown(context: Context, call: Call, name: string): never {
  if (isOtherFunction(name)) throw notImplemented(`Function ${name}`);
  const written = call.names.map((one) => one.text).join(".");
  return refuse(context, call.place, `Function not found: ${written}`);
}

const conditional: Record<string, readonly Overload[]> = {
  COALESCE: [overload("T... -> T", (...all) => `coalesce(${all.join(", ")})`)],
  IF: [
    overload(
      "BOOL, T, T -> T",
      (condition, a, b) => `CASE WHEN ${condition} THEN ${a} ELSE ${b} END`,
    ),
  ],
  IFNULL: [overload("T, T -> T", (a, b) => `coalesce(${a}, ${b})`)],
  NULLIF: [overload("T, T -> T", (a, b) => `nullif(${a}, ${b})`)],
  NULLIFZERO: [overload("INT64 -> INT64", (a) => `nullif(${a}, 0)`)],
  ZEROIFNULL: [overload("INT64 -> INT64", (a) => `coalesce(${a}, 0::BIGINT)`)],
};

type Analyzer = (context: Context, call: Call, name: string) => Expression;

const specialFunctions: Record<string, Analyzer> = {
  ERROR: (context, call, name) => {
    const value = callOverloads(context, call, name, [
      overload("STRING -> STRING", (x) => `bq_error(${x})`),
    ]);
    return {
      ...value,
      sql: `CAST(${value.sql} AS BIGINT)`,
      type: int64,
      constant: { kind: "error" },
    };
  },
  FORMAT: (context, call, name) => {
    const [format, ...values] = analyzeArguments(context, call);
    if (!format || !Number.isFinite(distanceTo(format, string))) {
      return refuseSignature(context, call, name, format ? [format, ...values] : values, []);
    }
    const texts = values.map((value) => {
      const text = writeAsText(value.sql, value.type);
      if (text === undefined) throw notImplemented(`FORMAT of ${writeType(value.type)}`);
      return text;
    });
    const types = values.map((value) => `'${value.type.kind}'`);
    const list = (items: string[]) => `CAST([${items.join(", ")}] AS VARCHAR[])`;
    return compose(
      `bq_format(${convert(format, string).sql}, ${list(texts)}, ${list(types)})`,
      string,
      call.place,
      [format, ...values],
    );
  },
  GROUPING: (context, call) => {
    const [key] = analyzeArguments(context, call);
    // Before GROUP BY is understood, nothing is known of its keys.
    if (!key || (context.keys && !context.keys.has(key.sql))) {
      return refuse(
        context,
        call.place,
        "GROUPING must have an argument that exists within the group-by expression list",
      );
    }
    return {
      ...compose(`CAST(grouping(${key.sql}) AS BIGINT)`, int64, call.place),
      aggregates: true,
    };
  },
  STRING: (context, call, name) => {
    const given = analyzeArguments(context, call);
    const [value, zone] = given;
    if (value?.type.kind === "JSON" && !zone)
      return compose(`bq_json_string(${value.sql})`, string, call.place, given);
    if (zone) throw notImplemented("STRING with a time zone");
    if (!value || !["DATE", "DATETIME", "TIMESTAMP"].includes(value.type.kind)) {
      return refuseSignature(context, call, name, given, []);
    }
    return castExpression(context, value, string, false);
  },
  TO_JSON: (context, call) => {
    const [value, ...more] = analyzeArguments(context, call);
    if (!value || more.length > 0)
      return refuseSignature(context, call, "TO_JSON", value ? [value, ...more] : more, []);
    return compose(
      `CAST(bq_parse_json(${writeJson(value.sql, value.type)}) AS JSON)`,
      json,
      call.place,
      [value],
    );
  },
  TO_JSON_STRING: (context, call) => {
    const [value, pretty] = analyzeArguments(context, call);
    if (!value) return refuseSignature(context, call, "TO_JSON_STRING", [], []);
    if (pretty && pretty.sql !== "FALSE")
      throw notImplemented("TO_JSON_STRING with pretty printing");
    if (value.constant?.kind === "null") return compose("'null'", string, call.place);
    return compose(writeJson(value.sql, value.type), string, call.place, [value]);
  },
  NORMALIZE: (context, call, name) => {
    const [value, ...rest] = call.arguments;
    const mode = argumentAt(call, 1);
    const form = mode?.kind === "path" ? (mode.names[0]?.text.toUpperCase() ?? "") : "NFC";
    if (!["NFC", "NFD", "NFKC", "NFKD"].includes(form) || rest.length > 1) {
      return refuse(context, call.place, `A valid normalization mode is required`);
    }
    return callOverloads(context, { ...call, arguments: value ? [value] : [] }, name, [
      overload("STRING -> STRING", (x) => `bq_normalize(${x}, ${quoteText(form)})`),
    ]);
  },
};

/** The body of a function that the query brings, with the arguments in place of its parameters. */
function callOwnFunction(
  context: Context,
  call: Call,
  own: NonNullable<ReturnType<Context["statement"]["functions"]["get"]>>,
): Expression {
  const { definition, statement } = own;
  const given = analyzeArguments(context, call);
  const inside = createContext(statement);
  if (given.length !== definition.parameters.length) {
    return refuse(
      context,
      call.place,
      `No matching signature for function ${definition.name.text} for argument types: ${given.map((one) => describeType(one)).join(", ")}`,
    );
  }
  const variables = new Map<string, Expression>();
  for (const [index, parameter] of definition.parameters.entries()) {
    const value = given[index];
    if (!value) continue;
    const type = parameter.type && analyzeType(inside, parameter.type);
    if (type && !Number.isFinite(distanceTo(value, type))) {
      return refuse(
        context,
        call.place,
        `No matching signature for function ${definition.name.text} for argument types: ${given.map((one) => describeType(one)).join(", ")}`,
      );
    }
    const converted = type ? convert(value, type) : value;
    variables.set(keyOf(parameter.name), {
      ...converted,
      sql: `(${converted.sql})`,
      constant: undefined,
    });
  }
  const body = analyzeExpression({ ...inside, variables, clause: context.clause }, definition.body);
  const returns = definition.returns && analyzeType(inside, definition.returns);
  const result = returns ? castExpression({ ...inside, variables }, body, returns, false) : body;
  return { ...result, place: call.place, constant: undefined };
}
