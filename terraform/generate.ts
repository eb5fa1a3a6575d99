import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { failureReason } from "../shared/events/failed-event.v1.ts";
import { storedTables } from "../shared/rows/stored-tables.ts";
import { tableFunctions } from "../shared/rows/table-functions.ts";
import { deployedViews, describeView } from "./deployed-views.ts";
import { describeContract } from "./describe-contract.ts";
import { readManifests } from "./read-manifests.ts";
import { renderRunbook } from "./render-runbook.ts";

const contract = "../shared/contract";

/**
 * What follows from `shared/` and `functions/`: file name, seen from `terraform/` → content. The tests
 * compare it with what is checked in.
 */
export async function generatedFiles(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const addJson = (name: string, value: unknown) =>
    files.set(name, `${JSON.stringify(value, null, 2)}\n`);
  for (const { name, columns: schema, ...table } of storedTables) {
    const { description, partitionedBy, clusteredBy } = table;
    addJson(`schemas/${name}.json`, { description, partitionedBy, clusteredBy, schema });
  }
  for (const view of deployedViews) {
    files.set(`views/${view.name}.sql`, view.sql);
    addJson(`views/${view.name}.json`, { description: describeView(view) });
  }
  for (const { sql, ...one } of tableFunctions) {
    files.set(`table-functions/${one.name}.sql`, sql);
    addJson(`table-functions/${one.name}.json`, one);
  }
  const manifests = await readManifests();
  for (const [name, value] of describeContract(manifests)) addJson(`${contract}/${name}`, value);
  for (const { name, trigger, ...manifest } of manifests) {
    const everyTrigger = { topics: [], http: null, schedule: null, ...trigger };
    addJson(`manifests/${name}.json`, { trigger: everyTrigger, ...manifest });
  }
  addJson("failure-reasons.json", failureReason.options);
  return files;
}

/** Folders that Terraform reads, of generated files and nothing else. */
export const deployedFolders = ["manifests", "schemas", "table-functions", "views"];
/** All folders of generated files and nothing else, seen from `terraform/`. */
export const generatedFolders = [...deployedFolders, contract];

/** Writes the generated files below `directory` and removes those that are generated no more. */
export async function writeGenerated(directory: string): Promise<void> {
  const files = await generatedFiles();
  for (const folder of generatedFolders) {
    await mkdir(join(directory, folder), { recursive: true });
    for (const name of await readdir(join(directory, folder))) {
      if (!files.has(`${folder}/${name}`)) await rm(join(directory, folder, name));
    }
  }
  for (const [name, content] of files) await writeFile(join(directory, name), content);
}

if (import.meta.main) {
  await writeGenerated(import.meta.dirname);
  const runbook = await readFile(join(import.meta.dirname, "runbook.md"), "utf8");
  await writeFile(join(import.meta.dirname, "runbook.html"), renderRunbook(runbook));
}
