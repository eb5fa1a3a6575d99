import { nameDuckdbType } from "../name-duckdb-type.ts";
import { type CatalogTable, quoteTable } from "../open-catalog.ts";
import type { Field } from "../table-resource.ts";

/**
 * The INSERT that takes newline-delimited JSON, as a BLOB in `$1`, into a table.
 *
 * DuckDB's own parser does the work, strictly: a key too many or too few or a value of a wrong type
 * fails the statement.
 */
export function writeInsert(table: CatalogTable): string {
  const names = table.fields.map((field) => `"${field.name}"`).join(", ");
  const values = table.fields.map((field) => convert(field, `r."${field.name}"`, 0)).join(", ");
  const structure = JSON.stringify(structureOf(table.fields)).replaceAll("'", "''");
  return `INSERT INTO ${quoteTable(table)} (${names}) SELECT ${values} FROM (SELECT from_json_strict(line, '${structure}') AS r FROM (SELECT unnest(str_split(decode($1::BLOB), chr(10))) AS line))`;
}

type Structure = string | Structure[] | { [name: string]: Structure };

function structureOf(fields: Field[]): Structure {
  return Object.fromEntries(
    fields.map((field) => {
      const single = field.type === "RECORD" ? structureOf(field.fields) : carrier(field);
      return [field.name, field.mode === "REPEATED" ? [single] : single];
    }),
  );
}

/** What a column looks like in the JSON. */
function carrier(field: Field): string {
  if (field.type === "TIMESTAMP" || field.type === "DATE") return "BIGINT";
  if (field.type === "BYTES" || field.type === "JSON") return "VARCHAR";
  return nameDuckdbType({ ...field, mode: "NULLABLE" });
}

function isConverted(field: Field): boolean {
  return (
    ["BYTES", "DATE", "JSON", "TIMESTAMP"].includes(field.type) || field.fields.some(isConverted)
  );
}

function convert(field: Field, value: string, depth: number): string {
  if (!isConverted(field)) return value;
  if (field.mode !== "REPEATED") return convertOne(field, value, depth);
  const item = `x${depth}`;
  return `list_transform(${value}, lambda ${item}: ${convertOne(field, item, depth + 1)})`;
}

function convertOne(field: Field, value: string, depth: number): string {
  if (field.type === "TIMESTAMP") return `make_timestamptz(${value})`;
  if (field.type === "DATE") return `(DATE '1970-01-01' + CAST(${value} AS INTEGER))`;
  if (field.type === "BYTES") return `from_base64(${value})`;
  if (field.type === "JSON") return `CAST(${value} AS JSON)`;
  const members = field.fields
    .map((member) => `"${member.name}" := ${convert(member, `${value}."${member.name}"`, depth)}`)
    .join(", ");
  return `CASE WHEN ${value} IS NULL THEN NULL ELSE struct_pack(${members}) END`;
}
