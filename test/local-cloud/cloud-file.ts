import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod";
import { connectOnce } from "./tcp-port.ts";

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
    if (!isRunning(found.pid)) return undefined;
    // A process that is gone may have left its number to another one.
    await connectOnce(Number(new URL(found.bigquery).port));
    return found;
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

const startPath = join(stateDirectory, "starting");

/**
 * Keeps others of this checkout from starting a cloud, too, until what it returns is called.
 * @throws {Error} when another one is starting.
 */
export async function claimStart(path = startPath): Promise<() => Promise<void>> {
  await mkdir(dirname(path), { recursive: true });
  const claim = () => writeFile(path, String(process.pid), { flag: "wx" });
  try {
    await claim();
  } catch (cause) {
    const pid = Number(await readFile(path, "utf8").catch(() => "0"));
    if (pid > 0 && pid !== process.pid && isRunning(pid)) {
      const message = `another npm start is starting here (process ${pid}): wait until it is up; if there is none, remove ${path}`;
      throw new Error(message, { cause });
    }
    // Left by one that was killed.
    await rm(path, { force: true });
    await claim();
  }
  return () => rm(path, { force: true });
}

export async function writeCloudFile(cloud: CloudFile): Promise<void> {
  await mkdir(stateDirectory, { recursive: true });
  await writeFile(cloudPath, `${JSON.stringify(cloud, null, 2)}\n`);
}

export async function removeCloudFile(): Promise<void> {
  await rm(cloudPath, { force: true });
}
