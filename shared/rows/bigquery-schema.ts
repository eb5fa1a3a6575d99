import * as z from "zod";
import { eventTime, hourStart } from "../events/event-time.ts";

/** One column in BigQuery's own JSON schema format. */
export type Column = {
  name: string;
  type: "STRING" | "BYTES" | "INTEGER" | "FLOAT" | "BOOLEAN" | "TIMESTAMP" | "RECORD";
  mode: "REQUIRED" | "NULLABLE" | "REPEATED";
  description?: string;
  fields?: Column[];
};

/**
 * BigQuery columns of a row schema. Optional fields are NULLABLE, arrays REPEATED, all others
 * REQUIRED.
 * @throws {Error} for a kind of field that no table uses yet.
 */
export function bigquerySchema(row: z.ZodObject): Column[] {
  return Object.entries(row.shape).map(([name, field]) => column(name, schemaOf(field)));
}

const schemaOf = (field: unknown): z.ZodType => {
  if (field instanceof z.ZodType) return field;
  throw new Error("a row schema has a field that is no zod schema");
};

function column(name: string, field: z.ZodType): Column {
  const description = field.description;
  const described = description === undefined ? {} : { description };
  if (field instanceof z.ZodOptional) {
    return { ...column(name, schemaOf(field.unwrap())), mode: "NULLABLE", ...described };
  }
  if (field instanceof z.ZodArray) {
    return { ...column(name, schemaOf(field.element)), mode: "REPEATED", ...described };
  }
  const scalar = { name, type: typeOf(name, field), mode: "REQUIRED" as const, ...described };
  return field instanceof z.ZodObject ? { ...scalar, fields: bigquerySchema(field) } : scalar;
}

function typeOf(name: string, field: z.ZodType): Column["type"] {
  if (field instanceof z.ZodISODateTime || isTime(field)) return "TIMESTAMP";
  if (field instanceof z.ZodBase64) return "BYTES";
  if (field instanceof z.ZodObject) return "RECORD";
  if (field instanceof z.ZodBoolean) return "BOOLEAN";
  if (field instanceof z.ZodNumberFormat) return "INTEGER";
  if (field instanceof z.ZodNumber) return "FLOAT";
  if (field instanceof z.ZodString || field instanceof z.ZodEnum) return "STRING";
  throw new Error(`no BigQuery type is known for field '${name}'`);
}

// `.describe()` clones a schema but keeps its definition.
const isTime = ({ def }: z.ZodType): boolean => def === eventTime.def || def === hourStart.def;
