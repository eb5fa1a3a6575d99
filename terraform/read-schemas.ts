import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type * as z from "zod";
import { releasedSchemas, tableSchema } from "./compare-schemas.ts";

type Schemas = z.infer<typeof releasedSchemas>;

/** The schemas that are deployed from here, table → schema. */
export async function readSchemas(): Promise<Schemas> {
  const folder = join(import.meta.dirname, "schemas");
  const names = (await readdir(folder)).toSorted();
  const entries = names.map(async (name) => {
    const text = await readFile(join(folder, name), "utf8");
    return [name.replace(/\.json$/, ""), tableSchema.parse(JSON.parse(text))] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Where the schemas of the last release are kept. */
export const releasedFile = join(import.meta.dirname, "released/schemas.json");

/** The schemas of the last release. */
export async function readReleasedSchemas(): Promise<Schemas> {
  return releasedSchemas.parse(JSON.parse(await readFile(releasedFile, "utf8")));
}
