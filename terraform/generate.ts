import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bigquerySchema } from "../shared/rows/bigquery-schema.ts";
import { tables } from "../shared/rows/tables.ts";
import { views } from "../shared/rows/views.ts";

/** What `terraform/` holds of `shared/`: file name → content. The tests compare it with what is checked in. */
export function generatedFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const { name, description, row, partitionedBy, clusteredBy } of tables) {
    const table = { description, partitionedBy, clusteredBy, schema: bigquerySchema(row) };
    files.set(`schemas/${name}.json`, `${JSON.stringify(table, null, 2)}\n`);
  }
  for (const [order, { name, description, sql }] of views.entries()) {
    files.set(`views/${name}.sql`, sql);
    files.set(`views/${name}.json`, `${JSON.stringify({ description, order }, null, 2)}\n`);
  }
  return files;
}

/** Writes the generated files below `directory` and removes those that are generated no more. */
async function writeGenerated(directory: string): Promise<void> {
  const files = generatedFiles();
  for (const folder of ["schemas", "views"]) {
    await mkdir(join(directory, folder), { recursive: true });
    for (const name of await readdir(join(directory, folder))) {
      if (!files.has(`${folder}/${name}`)) await rm(join(directory, folder, name));
    }
  }
  for (const [name, content] of files) await writeFile(join(directory, name), content);
}

if (import.meta.main) await writeGenerated(import.meta.dirname);
