export type ScalarKind =
  | "BOOL"
  | "BYTES"
  | "DATE"
  | "DATETIME"
  | "FLOAT64"
  | "INT64"
  | "JSON"
  | "NUMERIC"
  | "STRING"
  | "TIMESTAMP";

/** A member's `key` is its unique name inside DuckDB, where every member has one. */
type Member = { name: string | undefined; key: string; type: SqlType };

export type ArrayType = { kind: "ARRAY"; element: SqlType };
export type StructType = { kind: "STRUCT"; members: Member[] };

/** A GoogleSQL type. */
export type SqlType = { kind: ScalarKind } | ArrayType | StructType;

export const bool: SqlType = { kind: "BOOL" };
export const bytes: SqlType = { kind: "BYTES" };
export const date: SqlType = { kind: "DATE" };
export const datetime: SqlType = { kind: "DATETIME" };
export const float64: SqlType = { kind: "FLOAT64" };
export const int64: SqlType = { kind: "INT64" };
export const json: SqlType = { kind: "JSON" };
export const numeric: SqlType = { kind: "NUMERIC" };
export const string: SqlType = { kind: "STRING" };
export const timestamp: SqlType = { kind: "TIMESTAMP" };

export function arrayOf(element: SqlType): ArrayType {
  return { kind: "ARRAY", element };
}

export function structOf(members: { name: string | undefined; type: SqlType }[]): StructType {
  const taken = new Set<string>();
  return {
    kind: "STRUCT",
    members: members.map(({ name, type }, index) => {
      const free = name !== undefined && name !== "" && !taken.has(name.toLowerCase());
      const key = free ? name : `_field_${index + 1}`;
      taken.add(key.toLowerCase());
      return { name, key, type };
    }),
  };
}

/** The type as GoogleSQL writes it, for example `ARRAY<STRUCT<url STRING>>`. */
export function writeType(type: SqlType): string {
  if (type.kind === "ARRAY") return `ARRAY<${writeType(type.element)}>`;
  if (type.kind !== "STRUCT") return type.kind;
  const members = type.members.map(({ name, type: member }) =>
    name === undefined ? writeType(member) : `${name} ${writeType(member)}`,
  );
  return `STRUCT<${members.join(", ")}>`;
}

const storage: Record<ScalarKind, string> = {
  BOOL: "BOOLEAN",
  BYTES: "BLOB",
  DATE: "DATE",
  DATETIME: "TIMESTAMP",
  FLOAT64: "DOUBLE",
  INT64: "BIGINT",
  JSON: "JSON",
  NUMERIC: "DECIMAL(38,9)",
  STRING: "VARCHAR",
  TIMESTAMP: "TIMESTAMP WITH TIME ZONE",
};

/** The DuckDB type that holds it. */
export function nameStorage(type: SqlType): string {
  if (type.kind === "ARRAY") return `${nameStorage(type.element)}[]`;
  if (type.kind !== "STRUCT") return storage[type.kind];
  const members = type.members.map(
    ({ key, type: member }) => `${quoteName(key)} ${nameStorage(member)}`,
  );
  return `STRUCT(${members.join(", ")})`;
}

/** Whether two types are one; names of members do not matter. */
export function sameType(left: SqlType, right: SqlType): boolean {
  if (left.kind === "ARRAY" && right.kind === "ARRAY") return sameType(left.element, right.element);
  if (left.kind === "STRUCT" && right.kind === "STRUCT") {
    return (
      left.members.length === right.members.length &&
      left.members.every((member, index) => {
        const other = right.members[index];
        return other !== undefined && sameType(member.type, other.type);
      })
    );
  }
  return left.kind === right.kind;
}

/** A DuckDB identifier. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A DuckDB text literal; a NUL would end the statement. */
export function quoteText(text: string): string {
  if (!text.includes("\0")) return `'${text.replaceAll("'", "''")}'`;
  return `(${text.split("\0").map(quoteText).join(" || chr(0) || ")})`;
}
