import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  type BigqueryOptions,
  type LocalBigquery,
  startBigquery,
} from "./bigquery/start-bigquery.ts";
import { provisionWarehouse } from "./provision.ts";

type Place = { projectId: string; dataset: string };

const root = join(import.meta.dirname, "../..");
const folder = join(root, "node_modules/.cache/warehouses");
/** Where the one has its tables that others are made of: names that stand nowhere else in its texts. */
const original: Place = { projectId: "original-project", dataset: "original_dataset" };
/** What a provisioned warehouse is made of, and by. */
const sources = [
  "terraform/schemas",
  "terraform/views",
  "terraform/table-functions",
  "test/local-cloud/bigquery",
  "test/local-cloud/provision.ts",
  "package-lock.json",
];

/**
 * Starts a BigQuery with the dataset, tables and views that Terraform makes, and sets the variable by
 * which Google's clients find it. A new database is a copy of one that is provisioned once for each state of
 * its sources: to check all views and functions takes its time. One that is there gets what it lacks.
 */
export async function startWarehouse({
  projectId,
  dataset,
  ...options
}: Place & BigqueryOptions): Promise<LocalBigquery> {
  const place = { projectId, dataset };
  const { database = ":memory:" } = options;
  if (existsSync(database)) return startProvisioned(place, options);
  const names = { [original.projectId]: projectId, [original.dataset]: dataset };
  const copyOf = { path: await provisionOnce(), names };
  const bigquery = await startBigquery({ ...options, copyOf });
  process.env.BIGQUERY_EMULATOR_HOST = bigquery.restUrl;
  return bigquery;
}

async function startProvisioned(place: Place, options: BigqueryOptions): Promise<LocalBigquery> {
  const bigquery = await startBigquery(options);
  process.env.BIGQUERY_EMULATOR_HOST = bigquery.restUrl;
  try {
    await provisionWarehouse(place);
    return bigquery;
  } catch (error) {
    await bigquery.stop();
    throw error;
  }
}

/** Path of the database that new ones are copies of; those of other states of the sources go. */
async function provisionOnce(): Promise<string> {
  const name = await hashSources();
  const database = join(folder, name);
  if (existsSync(database)) return database;
  await mkdir(folder, { recursive: true });
  const temporary = `${database}.${process.pid}`;
  try {
    const bigquery = await startProvisioned(original, { database: temporary });
    await bigquery.stop();
    await rename(temporary, database);
    for (const other of await readdir(folder)) {
      if (!other.startsWith(name)) await rm(join(folder, other), { force: true });
    }
  } finally {
    await rm(temporary, { force: true });
  }
  return database;
}

let hashed: Promise<string> | undefined;

function hashSources(): Promise<string> {
  hashed ??= (async () => {
    const paths = (await Promise.all(sources.map(filesIn))).flat();
    const hash = createHash("sha256");
    // Some tell by their name what they are.
    for (const path of paths) hash.update(`${path}\0`).update(await readFile(path));
    return hash.digest("hex");
  })();
  return hashed;
}

async function filesIn(source: string): Promise<string[]> {
  const path = join(root, source);
  if (source.includes(".")) return [path];
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}
