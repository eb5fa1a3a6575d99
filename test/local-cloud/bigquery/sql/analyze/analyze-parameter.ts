import { BigqueryError } from "../../bigquery-error.ts";
import { parseFloat64, parseInt64, parseNumeric } from "../engine/numbers.ts";
import { parseDate, parseDatetime, parseTimestamp } from "../engine/read-time.ts";
import { notImplemented } from "../place-error.ts";
import type { ParameterType, ParameterValue } from "../query-parameters.ts";
import { convert, writeDate, writeDatetime, writeTimestamp } from "../types/convert-expression.ts";
import { compose, type Expression } from "../types/expression.ts";
import {
  arrayOf,
  nameStorage,
  quoteName,
  quoteText,
  type ScalarKind,
  type SqlType,
  structOf,
} from "../types/sql-type.ts";
import type { Context } from "./context.ts";

/**
 * The value that a request gives for a parameter, as a literal of its type. Throws `invalidQuery`
 * for one that is not given, `invalid` for a value that is not of its type.
 */
export function analyzeParameter(
  context: Context,
  node: { name: string | undefined; position: number; place: number },
): Expression {
  const { parameters } = context.statement;
  const positional = parameters.filter((one) => one.name == null || one.name === "");
  const given =
    node.name === undefined
      ? positional[node.position]
      : parameters.find((one) => one.name?.toLowerCase() === node.name?.toLowerCase());
  if (!given) {
    throw new BigqueryError(
      "invalidQuery",
      node.name === undefined
        ? `Query parameter number ${node.position + 1} is not defined (${positional.length} provided)`
        : `Query parameter '${node.name}' not found`,
    );
  }
  return literalOf(
    typeOf(given.parameterType),
    given.parameterType,
    given.parameterValue,
    node.place,
  );
}

function literalOf(
  type: SqlType,
  written: ParameterType,
  value: ParameterValue,
  place: number,
): Expression {
  if (type.kind === "ARRAY") {
    const element = written.arrayType ?? { type: "INT64" };
    const items = (value.arrayValues ?? []).map((item) =>
      literalOf(type.element, element, item, place),
    );
    const list = items.map((item) => convert(item, type.element).sql).join(", ");
    return compose(`CAST([${list}] AS ${nameStorage(type)})`, type, place);
  }
  if (type.kind === "STRUCT") {
    const members = type.members.map((member, index) => {
      const given = value.structValues?.[member.name ?? ""] ?? {};
      const memberType = written.structTypes?.[index]?.type ?? { type: "INT64" };
      const literal = literalOf(member.type, memberType, given, place);
      return `${quoteName(member.key)} := ${literal.sql}`;
    });
    return compose(`struct_pack(${members.join(", ")})`, type, place);
  }
  if (value.value === null || value.value === undefined) {
    return compose(`CAST(NULL AS ${nameStorage(type)})`, type, place);
  }
  const text = String(value.value);
  let sql: string | undefined;
  try {
    sql = writers[type.kind](text);
  } catch {
    sql = undefined;
  }
  if (sql === undefined) {
    throw new BigqueryError("invalid", `Invalid value for type: ${type.kind} is not a valid value`);
  }
  const constant =
    type.kind === "STRING"
      ? ({ kind: "string", value: text } as const)
      : type.kind === "INT64"
        ? ({ kind: "integer", value: String(parseInt64(text)) } as const)
        : undefined;
  return { ...compose(sql, type, place), constant };
}

const optional = (micros: bigint | undefined, write: (micros: bigint) => string) =>
  micros === undefined ? undefined : write(micros);

const writers: Record<ScalarKind, (text: string) => string | undefined> = {
  BOOL: (text) => (/^(?:true|false)$/i.test(text) ? text.toUpperCase() : undefined),
  BYTES: (text) =>
    /^[A-Za-z0-9+/=_-]*$/.test(text)
      ? `unhex('${Buffer.from(text, "base64").toString("hex")}')`
      : undefined,
  DATE: (text) => optional(parseDate(text), writeDate),
  DATETIME: (text) => optional(parseDatetime(text) ?? parseDate(text), writeDatetime),
  FLOAT64: (text) => writeDouble(parseFloat64(text)),
  INT64: (text) =>
    /^-?\d{1,19}$/.test(text) ? `CAST('${parseInt64(text)}' AS BIGINT)` : undefined,
  JSON: (text) => `CAST(bq_parse_json(${quoteText(text)}) AS JSON)`,
  NUMERIC: (text) => `CAST('${parseNumeric(text)}' AS DECIMAL(38,9))`,
  STRING: quoteText,
  // The client writes nanoseconds; the seventh and later digits of a TIMESTAMP are always zero.
  TIMESTAMP: (text) =>
    optional(parseTimestamp(text.replace(/(\.\d{6})\d+/, "$1"), "UTC"), writeTimestamp),
};

export function writeDouble(value: number): string {
  if (!Number.isFinite(value)) return `CAST('${String(value)}' AS DOUBLE)`;
  return `CAST('${value}' AS DOUBLE)`;
}

const synonyms: Record<string, ScalarKind> = {
  BOOL: "BOOL",
  BOOLEAN: "BOOL",
  BYTES: "BYTES",
  DATE: "DATE",
  DATETIME: "DATETIME",
  DECIMAL: "NUMERIC",
  FLOAT: "FLOAT64",
  FLOAT64: "FLOAT64",
  INT64: "INT64",
  INTEGER: "INT64",
  JSON: "JSON",
  NUMERIC: "NUMERIC",
  STRING: "STRING",
  TIMESTAMP: "TIMESTAMP",
};

function typeOf(written: ParameterType): SqlType {
  if (written.type === "ARRAY" && written.arrayType) return arrayOf(typeOf(written.arrayType));
  if (written.type === "STRUCT") {
    return structOf(
      (written.structTypes ?? []).map((member) => ({
        name: member.name,
        type: typeOf(member.type),
      })),
    );
  }
  const kind = synonyms[written.type.toUpperCase()];
  if (kind === undefined) throw notImplemented(`A parameter of type ${written.type}`);
  return { kind };
}
