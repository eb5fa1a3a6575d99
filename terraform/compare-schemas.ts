import * as z from "zod";

type Column = { name: string; type: string; mode: string; fields?: Column[] | undefined };

const column: z.ZodType<Column> = z.object({
  name: z.string(),
  type: z.string(),
  mode: z.enum(["NULLABLE", "REQUIRED", "REPEATED"]),
  get fields() {
    return z.array(column).optional();
  },
});

/** What of a table must never shrink, as in `schemas/<name>.json`. */
export const tableSchema = z.object({
  partitionedBy: z.string(),
  clusteredBy: z.array(z.string()),
  schema: z.array(column),
});

export type TableSchema = z.infer<typeof tableSchema>;

/** The schemas of the last release, table → schema, as in `released/schemas.json`. */
export const releasedSchemas = z.record(z.string(), tableSchema);

/**
 * What is taken away from the tables of the last release, or made narrower, in words: then rows that
 * are there would not fit, or be gone, and an older release could not write. New tables, new columns
 * that may be empty, and REQUIRED columns that need no more be given are no loss. Empty when all is kept.
 */
export function findLosses(
  released: Readonly<Record<string, TableSchema>>,
  current: Readonly<Record<string, TableSchema>>,
): string[] {
  return Object.entries(released).flatMap(([table, before]) => {
    const now = current[table];
    if (now === undefined) return [`${table}: the table is gone`];
    return [
      ...(before.partitionedBy === now.partitionedBy
        ? []
        : [`${table}: is partitioned by ${now.partitionedBy}, was by ${before.partitionedBy}`]),
      ...lossesOfColumns(table, before.schema, now.schema),
    ];
  });
}

function lossesOfColumns(path: string, before: Column[], now: Column[]): string[] {
  const byName = new Map(now.map((one) => [one.name, one]));
  const known = new Set(before.map(({ name }) => name));
  return [
    ...before.flatMap((one) => {
      const column = byName.get(one.name);
      const where = `${path}.${one.name}`;
      if (column === undefined) return [`${where}: the column is gone`];
      return [
        ...(column.type === one.type ? [] : [`${where}: is ${column.type}, was ${one.type}`]),
        ...(column.mode === one.mode || (one.mode === "REQUIRED" && column.mode === "NULLABLE")
          ? []
          : [`${where}: is ${column.mode}, was ${one.mode}`]),
        ...lossesOfColumns(where, one.fields ?? [], column.fields ?? []),
      ];
    }),
    ...now
      .filter(({ name, mode }) => mode === "REQUIRED" && !known.has(name))
      .map(
        ({ name }) => `${path}.${name}: is new and REQUIRED, which rows that are there have not`,
      ),
  ];
}
