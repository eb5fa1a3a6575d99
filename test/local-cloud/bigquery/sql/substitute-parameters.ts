import { z } from "zod";

import { BigqueryError } from "../bigquery-error.ts";
import { applyEdits } from "./apply-edits.ts";
import { quoteString, scanSql } from "./scan-sql.ts";

type ParameterType = {
  type: string;
  arrayType?: ParameterType | undefined;
  structTypes?: { name?: string | undefined; type: ParameterType }[] | undefined;
};

type ParameterValue = {
  value?: string | number | boolean | null | undefined;
  arrayValues?: ParameterValue[] | undefined;
  structValues?: Record<string, ParameterValue> | undefined;
};

const parameterTypeSchema: z.ZodType<ParameterType> = z.object({
  type: z.string(),
  get arrayType() {
    return parameterTypeSchema.optional();
  },
  get structTypes() {
    return z.array(z.object({ name: z.string().optional(), type: parameterTypeSchema })).optional();
  },
});

const parameterValueSchema: z.ZodType<ParameterValue> = z.object({
  value: z.union([z.string(), z.number(), z.boolean()]).nullish(),
  get arrayValues() {
    return z.array(parameterValueSchema).optional();
  },
  get structValues() {
    return z.record(z.string(), parameterValueSchema).optional();
  },
});

/** `queryParameters` of a query request. */
export const queryParametersSchema = z.array(
  z.object({
    name: z.string().optional(),
    parameterType: parameterTypeSchema,
    parameterValue: parameterValueSchema.default({}),
  }),
);

export type QueryParameters = z.output<typeof queryParametersSchema>;

/**
 * Puts every parameter into the text as a literal of its type, and writes every other literal in
 * its plainest form, since the translator knows neither `@name` nor all escapes.
 *
 * Text inside strings, comments and backticks is left alone. Throws `invalidQuery` for a parameter
 * that is not given, `invalid` for a value that is not of its type.
 */
export function substituteParameters(sql: string, parameters: QueryParameters): string {
  const named = new Map(parameters.map((given) => [given.name?.toLowerCase(), given]));
  const positional = parameters.filter((given) => given.name === undefined || given.name === "");
  let used = 0;
  const edits = scanSql(sql).flatMap((token) => {
    const replace = (text: string) => [{ start: token.start, end: token.end, text }];
    if (token.kind === "string") return replace(quoteString(token.value));
    if (token.kind === "bytes") return replace(bytesLiteral(Buffer.from(token.value, "latin1")));
    if (token.kind !== "parameter") return [];
    if (token.text.startsWith("@@")) {
      throw new BigqueryError("notImplemented", `System variable ${token.text} is not implemented`);
    }
    if (token.text === "?") {
      const given = positional[used++];
      if (!given) {
        throw new BigqueryError(
          "invalidQuery",
          `Query parameter number ${used} is not defined (${positional.length} provided)`,
        );
      }
      return replace(literalOf(given.parameterType, given.parameterValue));
    }
    const name = token.text.slice(1);
    const given = named.get(name.toLowerCase());
    if (!given) throw new BigqueryError("invalidQuery", `Query parameter '${name}' not found`);
    return replace(literalOf(given.parameterType, given.parameterValue));
  });
  return applyEdits(sql, edits);
}

const shapes: Record<string, { pattern: RegExp; write: (value: string) => string }> = {
  BOOL: { pattern: /^(?:true|false)$/i, write: (value) => value.toUpperCase() },
  BYTES: {
    pattern: /^[A-Za-z0-9+/=_-]*$/,
    write: (value) => bytesLiteral(Buffer.from(value, "base64")),
  },
  DATE: { pattern: /^\d{4}-\d{1,2}-\d{1,2}$/, write: (value) => `DATE ${quoteString(value)}` },
  DATETIME: {
    pattern: /^\d{4}-\d{1,2}-\d{1,2}(?:[T ]\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d{1,6})?)?$/i,
    write: (value) => `DATETIME ${quoteString(value)}`,
  },
  FLOAT64: {
    pattern: /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|[+-]?inf(?:inity)?|nan)$/i,
    write: (value) => `CAST(${quoteString(value)} AS FLOAT64)`,
  },
  INT64: {
    pattern: /^-?\d{1,19}$/,
    write: (value) => (value.startsWith("-") ? `(${value})` : value),
  },
  JSON: { pattern: /^/, write: (value) => `PARSE_JSON(${quoteString(value)})` },
  NUMERIC: {
    pattern: /^[+-]?(?:\d+\.?\d*|\.\d+)$/,
    write: (value) => `CAST(${quoteString(value)} AS NUMERIC)`,
  },
  STRING: { pattern: /^/, write: quoteString },
  TIMESTAMP: {
    pattern: /^\d{4}-\d{1,2}-\d{1,2}.*$/,
    // The client writes nanoseconds; the seventh and later digits of a TIMESTAMP are always zero.
    write: (value) => `TIMESTAMP ${quoteString(value.replace(/(\.\d{6})\d+/, "$1"))}`,
  },
};

const synonyms: Record<string, string> = { BOOLEAN: "BOOL", FLOAT: "FLOAT64", INTEGER: "INT64" };

function literalOf(type: ParameterType, value: ParameterValue): string {
  if (type.type === "ARRAY" && type.arrayType) {
    const element = type.arrayType;
    const items = (value.arrayValues ?? []).map((item) => literalOf(element, item));
    return `${typeName(type)}[${items.join(", ")}]`;
  }
  if (type.type === "STRUCT") {
    const members = (type.structTypes ?? []).map((member) => {
      const given = value.structValues?.[member.name ?? ""] ?? {};
      return `${literalOf(member.type, given)} AS \`${member.name ?? ""}\``;
    });
    return `STRUCT(${members.join(", ")})`;
  }
  const name = scalarName(type);
  if (value.value === null || value.value === undefined) return `CAST(NULL AS ${name})`;
  const text = String(value.value);
  const shape = shapes[name];
  if (!shape?.pattern.test(text)) {
    throw new BigqueryError("invalid", `Invalid value for type: ${name} is not a valid value`);
  }
  return shape.write(text);
}

function typeName(type: ParameterType): string {
  if (type.type === "ARRAY" && type.arrayType) return `ARRAY<${typeName(type.arrayType)}>`;
  if (type.type === "STRUCT") {
    const members = (type.structTypes ?? []).map(
      (member) => `\`${member.name ?? ""}\` ${typeName(member.type)}`,
    );
    return `STRUCT<${members.join(", ")}>`;
  }
  return scalarName(type);
}

function scalarName(type: ParameterType): string {
  const upper = type.type.toUpperCase();
  const name = synonyms[upper] ?? upper;
  if (shapes[name]) return name;
  throw new BigqueryError("notImplemented", `Parameters of type ${type.type} are not implemented`);
}

function bytesLiteral(bytes: Uint8Array): string {
  return `FROM_BASE64('${Buffer.from(bytes).toString("base64")}')`;
}
