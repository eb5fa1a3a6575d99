import { z } from "zod";

import { BigqueryError } from "./bigquery-error.ts";

const types = {
  BOOL: "BOOLEAN",
  BOOLEAN: "BOOLEAN",
  BYTES: "BYTES",
  DATE: "DATE",
  DATETIME: "DATETIME",
  FLOAT: "FLOAT",
  FLOAT64: "FLOAT",
  INT64: "INTEGER",
  INTEGER: "INTEGER",
  JSON: "JSON",
  NUMERIC: "NUMERIC",
  RECORD: "RECORD",
  STRING: "STRING",
  STRUCT: "RECORD",
  TIMESTAMP: "TIMESTAMP",
} as const;

export type FieldType = (typeof types)[keyof typeof types];
type FieldMode = "NULLABLE" | "REPEATED" | "REQUIRED";

/** One column, or one member of a RECORD; `fields` is empty unless it is a RECORD. */
export type Field = {
  name: string;
  type: FieldType;
  mode: FieldMode;
  description?: string | undefined;
  fields: Field[];
};

const fieldSchema: z.ZodType<Field, unknown> = z
  .strictObject({
    name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,299}$/, "is not a valid column name"),
    type: z.string().transform((name, context) => {
      const entry = Object.entries(types).find(([known]) => known === name.toUpperCase());
      if (entry) return entry[1];
      context.addIssue({ code: "custom", message: `type ${name} is not implemented` });
      return z.NEVER;
    }),
    mode: z.enum(["NULLABLE", "REPEATED", "REQUIRED"]).default("NULLABLE"),
    description: z.string().optional(),
    get fields() {
      return z.array(fieldSchema).default([]);
    },
  })
  .refine((field) => (field.type === "RECORD") === field.fields.length > 0, {
    message: "a RECORD has fields and nothing else has",
  });

const outputOnly = {
  creationTime: z.unknown().optional(),
  etag: z.unknown().optional(),
  id: z.unknown().optional(),
  kind: z.unknown().optional(),
  lastModifiedTime: z.unknown().optional(),
  location: z.unknown().optional(),
  numBytes: z.unknown().optional(),
  numLongTermBytes: z.unknown().optional(),
  numRows: z.unknown().optional(),
  selfLink: z.unknown().optional(),
  type: z.unknown().optional(),
};

/** What this server keeps of a table; anything else in a request is refused, never dropped. */
const tableSchema = z.strictObject({
  ...outputOnly,
  tableReference: z
    .strictObject({
      projectId: z.string().optional(),
      datasetId: z.string().optional(),
      tableId: z.string(),
    })
    .optional(),
  schema: z.strictObject({ fields: z.array(fieldSchema).default([]) }).nullish(),
  description: z.string().nullish(),
  friendlyName: z.string().nullish(),
  labels: z.record(z.string(), z.string()).nullish(),
  timePartitioning: z
    .strictObject({
      type: z.literal("DAY"),
      field: z.string(),
      expirationMs: z.union([z.string(), z.number()]).transform(String).nullish(),
    })
    .nullish(),
  clustering: z.strictObject({ fields: z.array(z.string()).min(1).max(4) }).nullish(),
  requirePartitionFilter: z.boolean().nullish(),
  view: z.strictObject({ query: z.string(), useLegacySql: z.boolean().optional() }).nullish(),
});

export type TableRequest = z.output<typeof tableSchema>;

/**
 * Reads a table resource of the REST API.
 *
 * Types come out under the API's names (INTEGER, FLOAT, BOOLEAN, RECORD). Throws `notImplemented`
 * for properties, types or partitioning this server does not have, `invalid` for wrong ones.
 */
export function readTableResource(body: unknown): TableRequest {
  const parsed = tableSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path.join(".") ?? "";
  const message = `Invalid table: ${path === "" ? "" : `${path}: `}${issue?.message ?? "not an object"}`;
  const unsupported =
    issue?.code === "unrecognized_keys" ||
    issue?.message.includes("is not implemented") ||
    path.startsWith("timePartitioning");
  throw new BigqueryError(unsupported ? "notImplemented" : "invalid", message);
}
