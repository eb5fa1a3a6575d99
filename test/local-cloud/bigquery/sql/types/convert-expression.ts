import { BigqueryError } from "../../bigquery-error.ts";
import { parseNumeric } from "../engine/numbers.ts";
import { parseDate, parseDatetime, parseTimestamp } from "../engine/read-time.ts";
import { compose, type Expression } from "./expression.ts";
import {
  nameStorage,
  quoteName,
  type ScalarKind,
  type SqlType,
  type StructType,
  sameType,
  writeType,
} from "./sql-type.ts";

/** What becomes what without being asked, and how far it is. */
const widenings: Partial<Record<ScalarKind, Partial<Record<ScalarKind, number>>>> = {
  DATE: { DATETIME: 1 },
  INT64: { FLOAT64: 1, NUMERIC: 1.5 },
  NUMERIC: { FLOAT64: 3 },
};

/** What a literal may become besides. */
const literalWidenings: Partial<Record<string, Partial<Record<ScalarKind, number>>>> = {
  float: { NUMERIC: 1 },
  string: { DATE: 4, DATETIME: 5, TIMESTAMP: 3 },
};

/**
 * How far an expression is from a type: 0 for the same, Infinity for one that it cannot become
 * without a CAST.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules#coercion
 */
export function distanceTo(expression: Expression, target: SqlType): number {
  const { constant, parts, type } = expression;
  if (constant?.kind === "null" || constant?.kind === "error") return 1;
  if (constant?.kind === "empty list")
    return target.kind === "ARRAY" ? 1 : Number.POSITIVE_INFINITY;
  if (sameType(type, target)) return 0;
  if (type.kind === "STRUCT" && target.kind === "STRUCT") {
    if (type.members.length !== target.members.length) return Number.POSITIVE_INFINITY;
    const distances = type.members.map((member, index) => {
      const part = parts?.[index] ?? compose("", member.type, expression.place);
      return distanceTo(part, target.members[index]?.type ?? member.type);
    });
    return Math.max(...distances);
  }
  if (type.kind === "ARRAY" && target.kind === "ARRAY" && parts) {
    return Math.max(1, ...parts.map((part) => distanceTo(part, target.element)));
  }
  if (type.kind === "ARRAY" || type.kind === "STRUCT") return Number.POSITIVE_INFINITY;
  if (target.kind === "ARRAY" || target.kind === "STRUCT") return Number.POSITIVE_INFINITY;
  const wider = widenings[type.kind]?.[target.kind];
  const literal = constant && literalWidenings[constant.kind]?.[target.kind];
  return wider ?? literal ?? Number.POSITIVE_INFINITY;
}

/** Makes an expression of the type; `distanceTo` must be finite. */
export function convert(expression: Expression, target: SqlType): Expression {
  const { constant, parts, type } = expression;
  const storage = nameStorage(target);
  const become = (sql: string): Expression => ({
    ...expression,
    sql,
    type: target,
    parts: undefined,
    constant: undefined,
  });
  if (constant?.kind === "null") return { ...become(`CAST(NULL AS ${storage})`), constant };
  if (constant?.kind === "empty list") return become(`CAST([] AS ${storage})`);
  if (constant?.kind === "error") return become(`CAST(${expression.sql} AS ${storage})`);
  if (nameStorage(type) === storage) return { ...expression, type: target };
  if (type.kind === "STRUCT" && target.kind === "STRUCT") {
    if (!parts) return become(repack(expression.sql, type, target));
    const packed = target.members.map((member, index) => {
      const part = parts[index];
      return `${quoteName(member.key)} := ${part ? convert(part, member.type).sql : "NULL"}`;
    });
    return become(`struct_pack(${packed.join(", ")})`);
  }
  if (type.kind === "ARRAY" && target.kind === "ARRAY") {
    if (parts) {
      const items = parts.map((part) => convert(part, target.element).sql);
      return become(`CAST([${items.join(", ")}] AS ${storage})`);
    }
    return become(repack(expression.sql, type, target));
  }
  if (constant?.kind === "string") return become(convertText(constant.value, target, expression));
  if (constant?.kind === "float" && target.kind === "NUMERIC") {
    return become(`CAST('${parseNumeric(constant.value)}' AS ${storage})`);
  }
  if (constant?.kind === "integer") {
    return { ...become(`CAST('${BigInt(constant.value)}' AS ${storage})`) };
  }
  return become(`CAST(${expression.sql} AS ${storage})`);
}

/** Gives the members of a value their new names and types. */
function repack(sql: string, from: SqlType, to: SqlType, depth = 0): string {
  if (nameStorage(from) === nameStorage(to)) return sql;
  if (from.kind === "ARRAY" && to.kind === "ARRAY") {
    const item = `each_${depth}`;
    return `list_transform(${sql}, lambda ${item}: ${repack(item, from.element, to.element, depth + 1)})`;
  }
  if (from.kind === "STRUCT" && to.kind === "STRUCT") {
    const packed = to.members.map((member, index) => {
      const old = from.members[index];
      const value = old
        ? repack(`(${sql}).${quoteName(old.key)}`, old.type, member.type, depth)
        : "NULL";
      return `${quoteName(member.key)} := ${value}`;
    });
    return `CASE WHEN (${sql}) IS NULL THEN NULL ELSE struct_pack(${packed.join(", ")}) END`;
  }
  return `CAST(${sql} AS ${nameStorage(to)})`;
}

/** A refusal whose place the caller adds. */
export class LiteralError extends Error {
  readonly place: number;

  constructor(message: string, place: number) {
    super(message);
    this.place = place;
  }
}

function convertText(text: string, target: SqlType, expression: Expression): string {
  const refuse = (): never => {
    throw new LiteralError(
      `Could not cast literal ${JSON.stringify(text)} to type ${writeType(target)}`,
      expression.place,
    );
  };
  if (target.kind === "DATE") return writeDate(parseDate(text) ?? refuse());
  if (target.kind === "DATETIME") return writeDatetime(parseDatetime(text) ?? refuse());
  if (target.kind === "TIMESTAMP") return writeTimestamp(parseTimestamp(text, "UTC") ?? refuse());
  throw new BigqueryError("internalError", `No ${writeType(target)} from text`);
}

/** Micros since 1970 as DuckDB literals, which the planner compares with what it knows of a table. */
export function writeTimestamp(micros: bigint): string {
  return `make_timestamptz(${micros}::BIGINT)`;
}

export function writeDatetime(micros: bigint): string {
  return `make_timestamp(${micros}::BIGINT)`;
}

export function writeDate(micros: bigint): string {
  return `CAST(make_timestamp(${micros}::BIGINT) AS DATE)`;
}

/**
 * The type that all of them become: that of the expressions which are no literals where they can.
 * Undefined where they have none in common.
 */
export function commonType(expressions: readonly Expression[]): SqlType | undefined {
  const known = expressions.filter(
    (one) => one.constant?.kind !== "null" && one.constant?.kind !== "error",
  );
  if (known.length === 0) return expressions[0]?.type;
  const typed = known.filter((one) => one.constant?.kind !== "empty list");
  const candidates = typed.flatMap((one) => supertypes(one.type));
  const first = typed.filter((one) => !one.constant && !one.parts).map((one) => one.type);
  let best: SqlType | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of [...first, ...candidates, ...known.map((one) => one.type)]) {
    const distance = Math.max(...known.map((one) => distanceTo(one, candidate)));
    if (distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

const scalarKinds: readonly ScalarKind[] = ["DATETIME", "FLOAT64", "NUMERIC"];

function supertypes(type: SqlType): SqlType[] {
  if (type.kind === "STRUCT") return [type, ...structSupertypes(type)];
  if (type.kind === "ARRAY") {
    return supertypes(type.element).map((element) => ({ kind: "ARRAY", element }));
  }
  const wider = scalarKinds.filter((kind) => widenings[type.kind]?.[kind] !== undefined);
  return [type, ...wider.map((kind) => ({ kind }))];
}

/** Numbers of a STRUCT widen together. */
function structSupertypes(type: StructType): StructType[] {
  return type.members.flatMap((member, index) =>
    supertypes(member.type)
      .slice(1)
      .map((wider) => ({
        ...type,
        members: type.members.map((one, place) =>
          place === index ? { ...one, type: wider } : one,
        ),
      })),
  );
}
