import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { stateDirectory } from "./start-cloud.ts";

const cloudFile = z.object({
  pid: z.int(),
  project: z.string(),
  dataset: z.string(),
  pubsub: z.string(),
  bigquery: z.string(),
  bigqueryWrite: z.string(),
  storage: z.string(),
  bucket: z.string(),
  /** Address of each function. */
  functions: z.record(z.string(), z.string()),
});

/** How other commands find a running local cloud. */
export type CloudFile = z.infer<typeof cloudFile>;

const path = join(stateDirectory, "cloud.json");

/** The local cloud that runs on this checkout, if one does. */
export async function findRunningCloud(): Promise<CloudFile | undefined> {
  try {
    const found = cloudFile.parse(JSON.parse(await readFile(path, "utf8")));
    // Signal 0 asks whether the process exists.
    process.kill(found.pid, 0);
    return found;
  } catch {
    return undefined;
  }
}

export async function writeCloudFile(cloud: CloudFile): Promise<void> {
  await mkdir(stateDirectory, { recursive: true });
  await writeFile(path, `${JSON.stringify(cloud, null, 2)}\n`);
}

export async function removeCloudFile(): Promise<void> {
  await rm(path, { force: true });
}
