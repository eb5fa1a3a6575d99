import type { Field, FieldType } from "./table-resource.ts";

const scalars = {
  BOOLEAN: "BOOLEAN",
  BYTES: "BLOB",
  DATE: "DATE",
  DATETIME: "TIMESTAMP",
  FLOAT: "DOUBLE",
  INTEGER: "BIGINT",
  JSON: "JSON",
  NUMERIC: "DECIMAL(38, 9)",
  STRING: "VARCHAR",
  TIMESTAMP: "TIMESTAMPTZ",
} as const satisfies Record<Exclude<FieldType, "RECORD">, string>;

/** The DuckDB type that holds a BigQuery column, for example `STRUCT("a" VARCHAR)[]`. */
export function nameDuckdbType(field: Field): string {
  const single =
    field.type === "RECORD"
      ? `STRUCT(${field.fields.map((member) => `"${member.name}" ${nameDuckdbType(member)}`).join(", ")})`
      : scalars[field.type];
  return field.mode === "REPEATED" ? `${single}[]` : single;
}
