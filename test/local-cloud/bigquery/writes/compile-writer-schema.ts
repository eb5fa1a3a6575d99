import type { CatalogTable } from "../open-catalog.ts";
import type { Field, FieldType } from "../table-resource.ts";

/** What of a protobuf message descriptor matters here; numbers as in descriptor.proto. */
export type MessageDescriptor = {
  name: string;
  field: FieldDescriptor[];
  nestedType: MessageDescriptor[];
};

export type FieldDescriptor = {
  name: string;
  number: number;
  label: number;
  type: number;
  typeName: string;
  /** The column's real name when it is no protobuf name. */
  columnName: string | undefined;
};

/** How the bytes of a field become JSON. */
type Encoding =
  | "base64"
  | "bool"
  | "date"
  | "datetime"
  | "double"
  | "fixed32"
  | "fixed64"
  | "float"
  | "json"
  | "message"
  | "numeric"
  | "sfixed32"
  | "string"
  | "timestamp"
  | "uint32"
  | "varint"
  | "zigzag";

export type FieldPlan = {
  /** Position among the fields of the table's RECORD. */
  index: number;
  path: string;
  /** `"name":` */
  key: Uint8Array;
  column: FieldType;
  encoding: Encoding;
  /** 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  wireType: number;
  repeated: boolean;
  /** Decides the partition of its row. */
  partitions: boolean;
  message: MessagePlan | undefined;
};

export type MessagePlan = {
  byNumber: Map<number, FieldPlan>;
  /** One for each field of the table, in its order. */
  members: { path: string; key: Uint8Array; required: boolean; repeated: boolean }[];
};

/** A writer schema that does not fit its table; the message is for the writer. */
export class SchemaMismatchError extends Error {
  override readonly name = "SchemaMismatchError";
}

const labels = { required: 2, repeated: 3 } as const;

const wire: Record<number, { name: string; wireType: number }> = {
  1: { name: "double", wireType: 1 },
  2: { name: "float", wireType: 5 },
  3: { name: "int64", wireType: 0 },
  4: { name: "uint64", wireType: 0 },
  5: { name: "int32", wireType: 0 },
  6: { name: "fixed64", wireType: 1 },
  7: { name: "fixed32", wireType: 5 },
  8: { name: "bool", wireType: 0 },
  9: { name: "string", wireType: 2 },
  11: { name: "message", wireType: 2 },
  12: { name: "bytes", wireType: 2 },
  13: { name: "uint32", wireType: 0 },
  15: { name: "sfixed32", wireType: 5 },
  16: { name: "sfixed64", wireType: 1 },
  17: { name: "sint32", wireType: 0 },
  18: { name: "sint64", wireType: 0 },
};

const integers: Record<string, Encoding> = {
  fixed32: "fixed32",
  int32: "varint",
  int64: "varint",
  sfixed32: "sfixed32",
  sfixed64: "fixed64",
  sint32: "zigzag",
  sint64: "zigzag",
  uint32: "uint32",
};

/**
 * Which protobuf types a column takes.
 * https://cloud.google.com/bigquery/docs/supported-data-types
 */
const accepted: Record<FieldType, Record<string, Encoding>> = {
  BOOLEAN: { bool: "bool", int32: "bool", int64: "bool", uint32: "bool", uint64: "bool" },
  BYTES: { bytes: "base64", string: "base64" },
  DATE: { int32: "date", int64: "date", sint32: "date", sint64: "date" },
  DATETIME: { string: "datetime" },
  FLOAT: { double: "double", float: "float" },
  INTEGER: integers,
  JSON: { string: "json" },
  NUMERIC: { string: "numeric", int32: "varint", int64: "varint", uint32: "uint32" },
  RECORD: { message: "message" },
  STRING: { string: "string" },
  TIMESTAMP: { int32: "timestamp", int64: "timestamp", uint32: "timestamp" },
};

/**
 * Lays a writer's protobuf descriptor over a table's schema.
 *
 * Throws SchemaMismatchError for a field the table does not have or that has another type, and for
 * a REQUIRED column the descriptor cannot fill.
 */
export function compileWriterSchema(
  descriptor: MessageDescriptor,
  table: CatalogTable,
): MessagePlan {
  const plan = compileMessage(descriptor, table.fields, descriptor.name, descriptor.nestedType);
  const column = table.settings.timePartitioning?.field.toLowerCase();
  const index = table.fields.findIndex(({ name }) => name.toLowerCase() === column);
  for (const field of plan.byNumber.values()) field.partitions = field.index === index;
  return plan;
}

function compileMessage(
  descriptor: MessageDescriptor,
  fields: Field[],
  path: string,
  enclosing: MessageDescriptor[],
): MessagePlan {
  const nested = [...descriptor.nestedType, ...enclosing];
  const columns = new Map(
    fields.map((field, index) => [field.name.toLowerCase(), { field, index }]),
  );
  const byNumber = new Map<number, FieldPlan>();
  const given = new Set<string>();
  for (const written of descriptor.field) {
    const name = written.columnName ?? written.name;
    const column = columns.get(name.toLowerCase());
    if (!column) {
      throw new SchemaMismatchError(
        `Input schema has more fields than BigQuery schema, extra fields: '${name}'`,
      );
    }
    given.add(column.field.name);
    byNumber.set(written.number, compileField(written, column, `${path}.${name}`, nested));
  }
  const missing = fields.find((field) => field.mode === "REQUIRED" && !given.has(field.name));
  if (missing) {
    throw new SchemaMismatchError(
      `The required field ${path}.${missing.name} is missing in the proto message`,
    );
  }
  return {
    byNumber,
    members: fields.map((field) => ({
      path: `${path}.${field.name}`,
      key: Buffer.from(`${JSON.stringify(field.name)}:`),
      required: field.mode === "REQUIRED",
      repeated: field.mode === "REPEATED",
    })),
  };
}

function compileField(
  written: FieldDescriptor,
  column: { field: Field; index: number },
  path: string,
  nested: MessageDescriptor[],
): FieldPlan {
  const { field, index } = column;
  const type = wire[written.type];
  const encoding = accepted[field.type][type?.name ?? ""];
  if (!type || !encoding) {
    throw new SchemaMismatchError(
      `The proto field mismatched with BigQuery field at ${path}, the proto field type ${type?.name ?? written.type}, BigQuery field type ${field.type}`,
    );
  }
  const repeated = written.label === labels.repeated;
  if (repeated !== (field.mode === "REPEATED")) {
    throw new SchemaMismatchError(
      `The proto field mismatched with BigQuery field at ${path}, the proto field is ${repeated ? "" : "not "}repeated, BigQuery field mode ${field.mode}`,
    );
  }
  let message: MessagePlan | undefined;
  if (encoding === "message") {
    const name = written.typeName.split(".").at(-1);
    const inner = nested.find((candidate) => candidate.name === name);
    if (!inner) throw new SchemaMismatchError(`Invalid proto schema: ${path} has no type ${name}`);
    message = compileMessage(inner, field.fields, path, nested);
  }
  return {
    index,
    path,
    key: Buffer.from(`${JSON.stringify(field.name)}:`),
    column: field.type,
    encoding,
    wireType: type.wireType,
    repeated,
    partitions: false,
    message,
  };
}
