import { notImplemented } from "../place-error.ts";
import { quoteName, quoteText, type ScalarKind, type SqlType } from "../types/sql-type.ts";
import { writeAsText } from "./cast-expression.ts";

/** The DuckDB text that writes a value as JSON, as TO_JSON_STRING does. */
export function writeJson(sql: string, type: SqlType, depth = 0): string {
  if (type.kind === "ARRAY") {
    const item = `each_${depth}`;
    const items = `list_transform(${sql}, lambda ${item}: ${writeJson(item, type.element, depth + 1)})`;
    return `coalesce('[' || array_to_string(${items}, ',') || ']', 'null')`;
  }
  if (type.kind === "STRUCT") {
    const members = type.members.map((member) => {
      const value = writeJson(`(${sql}).${quoteName(member.key)}`, member.type, depth);
      return `${quoteText(`${JSON.stringify(member.name ?? "")}:`)} || ${value}`;
    });
    return `CASE WHEN (${sql}) IS NULL THEN 'null' ELSE '{' || ${members.join(" || ',' || ")} || '}' END`;
  }
  return `coalesce(${scalars[type.kind](sql)}, 'null')`;
}

const quoted = (kind: ScalarKind) => (x: string) => {
  const text = writeAsText(x, { kind });
  if (text === undefined) throw notImplemented(`${kind} as JSON`);
  return `('"' || ${text} || '"')`;
};

/** Beyond this, JSON's readers lose digits. */
const exact = 9_007_199_254_740_992n;

const scalars: Record<ScalarKind, (sql: string) => string> = {
  BOOL: (x) => `CAST(${x} AS VARCHAR)`,
  BYTES: (x) => `('"' || to_base64(${x}) || '"')`,
  DATE: quoted("DATE"),
  DATETIME: (x) => `('"' || replace(bq_write_time(${x}, 'DATETIME'), ' ', 'T') || '"')`,
  FLOAT64: (x) =>
    `CASE WHEN isfinite(${x}) THEN bq_float_to_text(${x}) WHEN isnan(${x}) THEN '"NaN"' WHEN ${x} > 0 THEN '"Infinity"' WHEN ${x} < 0 THEN '"-Infinity"' END`,
  INT64: (x) =>
    `CASE WHEN abs(${x}::HUGEINT) > ${exact} THEN '"' || ${x} || '"' ELSE CAST(${x} AS VARCHAR) END`,
  JSON: (x) => `CAST(${x} AS VARCHAR)`,
  NUMERIC: (x) => `bq_numeric_to_text(${x})`,
  STRING: (x) => `bq_json_quote(${x})`,
  TIMESTAMP: (x) =>
    `('"' || replace(replace(bq_write_time(${x} AT TIME ZONE 'UTC', 'TIMESTAMP'), ' ', 'T'), '+00', 'Z') || '"')`,
};
