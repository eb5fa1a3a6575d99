import { z } from "zod";

export type Field = {
  name: string;
  type: string;
  mode?: string | undefined;
  fields?: Field[] | undefined;
};

export const fieldSchema: z.ZodType<Field> = z.object({
  name: z.string(),
  type: z.string(),
  mode: z.string().optional(),
  get fields() {
    return z.array(fieldSchema).optional();
  },
});

type Json = z.core.util.JSONType;

/** A row of the facts as a GoogleSQL literal. */
export function writeCells(fields: readonly Field[], cells: readonly Json[]): string {
  return `(${fields.map((field, index) => writeCell(field, cells[index] ?? null)).join(", ")})`;
}

function writeCell(field: Field, cell: Json): string {
  if (field.mode === "REPEATED") {
    const items = Array.isArray(cell) ? cell : [];
    return `[${items.map((item) => writeCell({ ...field, mode: "NULLABLE" }, item)).join(", ")}]`;
  }
  if (cell === null) return "NULL";
  if (field.type === "RECORD") {
    const members = Array.isArray(cell) ? cell : [];
    const written = (field.fields ?? []).map(
      (member, index) => `${writeCell(member, members[index] ?? null)} AS ${member.name}`,
    );
    return `STRUCT(${written.join(", ")})`;
  }
  const text = typeof cell === "string" ? cell : JSON.stringify(cell);
  if (field.type === "INTEGER") return text;
  if (field.type === "TIMESTAMP") return `TIMESTAMP_MICROS(${text})`;
  const quoted = JSON.stringify(text);
  return field.type === "BYTES" ? `FROM_BASE64(${quoted})` : quoted;
}

const typeNames: Record<string, string> = {
  BOOLEAN: "BOOL",
  FLOAT: "DOUBLE",
  INTEGER: "INT64",
  RECORD: "STRUCT",
};

/** A result as the facts write it. */
export function readRows(fields: readonly Field[], rows: readonly { f: { v: Json }[] }[]) {
  return {
    names: fields.map(({ name }) => name),
    types: fields.map(({ mode, type }) =>
      mode === "REPEATED" ? "ARRAY" : (typeNames[type] ?? type),
    ),
    cells: rows.map(({ f }) => f.map(({ v }, index) => readCell(fields[index], v))),
  };
}

const members = z.object({ f: z.array(z.object({ v: z.json() })) });
const items = z.array(z.object({ v: z.json() }));

function readCell(field: Field | undefined, cell: Json): Json {
  if (!field) return null;
  if (field.mode === "REPEATED") {
    return items.parse(cell).map(({ v }) => readCell({ ...field, mode: "NULLABLE" }, v));
  }
  if (cell === null) return null;
  if (field.type === "RECORD") {
    return members.parse(cell).f.map(({ v }, index) => readCell(field.fields?.[index], v));
  }
  const text = typeof cell === "string" ? cell : JSON.stringify(cell);
  switch (field.type) {
    case "BYTES":
      return `b64:${text}`;
    case "DATETIME":
      return text
        .replace(/(\.\d*?)0+$/, "$1")
        .replace(/\.$/, "")
        .replace(/:00$/, "");
    case "FLOAT":
      return `f:${writeFloat(Number(text), text)}`;
    case "JSON":
      return `j:${text}`;
    case "NUMERIC":
      return `n:${text}`;
    case "TIMESTAMP":
      return `ts:${text}`;
    default:
      return text;
  }
}

function writeFloat(value: number, text: string): string {
  if (!Number.isFinite(value)) return text;
  if (Object.is(value, -0)) return "-0.0";
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}
