import { BigqueryError } from "./bigquery-error.ts";
import type { Field } from "./table-resource.ts";

/**
 * Allows what BigQuery allows without rewriting a table: new NULLABLE or REPEATED fields at any
 * depth, and REQUIRED relaxed to NULLABLE. Throws `invalid` in BigQuery's words otherwise.
 * https://cloud.google.com/bigquery/docs/managing-table-schemas
 */
export function checkSchemaChange(table: string, before: Field[], after: Field[], path = ""): void {
  const refuse = (problem: string): never => {
    throw new BigqueryError("invalid", `Provided Schema does not match Table ${table}. ${problem}`);
  };
  const old = new Map(before.map((field) => [field.name.toLowerCase(), field]));
  const now = new Map(after.map((field) => [field.name.toLowerCase(), field]));
  for (const [name, field] of old) {
    const changed = now.get(name);
    const label = `${path}${field.name}`;
    if (!changed) {
      refuse(`Field ${label} is missing in new schema`);
      continue;
    }
    if (changed.type !== field.type) {
      refuse(`Field ${label} has changed type from ${field.type} to ${changed.type}`);
    }
    const relaxed = field.mode === "REQUIRED" && changed.mode === "NULLABLE";
    if (changed.mode !== field.mode && !relaxed) {
      refuse(`Field ${label} has changed mode from ${field.mode} to ${changed.mode}`);
    }
    checkSchemaChange(table, field.fields, changed.fields, `${label}.`);
  }
  for (const [name, field] of now) {
    if (!old.has(name) && field.mode === "REQUIRED") {
      refuse(`Cannot add required fields to an existing schema. (field: ${path}${field.name})`);
    }
  }
}
