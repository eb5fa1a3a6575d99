import type { ResultField } from "../../encode-results.ts";
import type { Field, FieldType } from "../../table-resource.ts";
import { arrayOf, type ScalarKind, type SqlType, structOf } from "./sql-type.ts";

const kinds: Record<Exclude<FieldType, "RECORD">, ScalarKind> = {
  BOOLEAN: "BOOL",
  BYTES: "BYTES",
  DATE: "DATE",
  DATETIME: "DATETIME",
  FLOAT: "FLOAT64",
  INTEGER: "INT64",
  JSON: "JSON",
  NUMERIC: "NUMERIC",
  STRING: "STRING",
  TIMESTAMP: "TIMESTAMP",
};

const fieldTypes: Record<ScalarKind, FieldType> = {
  BOOL: "BOOLEAN",
  BYTES: "BYTES",
  DATE: "DATE",
  DATETIME: "DATETIME",
  FLOAT64: "FLOAT",
  INT64: "INTEGER",
  JSON: "JSON",
  NUMERIC: "NUMERIC",
  STRING: "STRING",
  TIMESTAMP: "TIMESTAMP",
};

/** The type of a column of a table. */
export function typeOfField(field: Field): SqlType {
  const single: SqlType =
    field.type === "RECORD"
      ? structOf(field.fields.map((member) => ({ name: member.name, type: typeOfField(member) })))
      : { kind: kinds[field.type] };
  return field.mode === "REPEATED" ? arrayOf(single) : single;
}

/** A column of a result as the REST API describes it. */
export function fieldOfType(name: string, type: SqlType): ResultField {
  if (type.kind === "ARRAY") return { ...fieldOfType(name, type.element), mode: "REPEATED" };
  if (type.kind !== "STRUCT") return { name, type: fieldTypes[type.kind], mode: "NULLABLE" };
  const fields = type.members.map((member, index) =>
    fieldOfType(member.name ?? `_field_${index + 1}`, member.type),
  );
  return { name, type: "RECORD", mode: "NULLABLE", fields };
}
