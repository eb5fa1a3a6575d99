import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

const cloudFile = z.object({
  pid: z.int().positive(),
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

/** Where `npm start` leaves what belongs to a running cloud. */
export const stateDirectory = join(import.meta.dirname, "../../.hourtally");

const cloudPath = join(stateDirectory, "cloud.json");

/** The local cloud that runs on this checkout, if one does. */
export async function findRunningCloud(path = cloudPath): Promise<CloudFile | undefined> {
  try {
    const found = cloudFile.parse(JSON.parse(await readFile(path, "utf8")));
    return isRunning(found.pid) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Signal 0 asks whether a process exists; EPERM says that it does, but is another user's. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

export async function writeCloudFile(cloud: CloudFile): Promise<void> {
  await mkdir(stateDirectory, { recursive: true });
  await writeFile(cloudPath, `${JSON.stringify(cloud, null, 2)}\n`);
}

export async function removeCloudFile(): Promise<void> {
  await rm(cloudPath, { force: true });
}
