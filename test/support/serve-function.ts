import { readFileSync } from "node:fs";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readManifests } from "../../terraform/read-manifests.ts";
import { type RunningFunction, runFunction } from "../local-cloud/run-function.ts";

/** A function in a process of its own, as it is built and deployed, with what it logs. */
export type ServedFunction = RunningFunction & {
  /** All that it wrote to stdout and stderr. */
  log: () => string;
};

/**
 * Serves a built function for a test or a benchmark. `source` is a CommonJS module that registers the
 * same name and is served in its place: a floor to compare with.
 * @throws {Error} with the log when the function does not start.
 */
export async function serveFunction(
  name: string,
  environment: Record<string, string>,
  source?: string,
): Promise<ServedFunction> {
  const manifest = (await readManifests()).find((one) => one.name === name);
  if (manifest === undefined) throw new Error(`no function is called ${name}`);
  const folder = await mkdtemp(join(tmpdir(), "hourtally-function-"));
  const log = () => readFileSync(join(folder, `${name}.log`), "utf8");
  try {
    if (source !== undefined) await writeModule(folder, source);
    const running = await runFunction(manifest, {
      // Without it Google's clients look for a metadata server and warn that there is none.
      environment: { METADATA_SERVER_DETECTION: "none", ...environment },
      logDirectory: folder,
      ...(source !== undefined && { bundle: folder }),
    });
    return {
      ...running,
      log,
      stop: async () => {
        await running.stop();
        await rm(folder, { recursive: true });
      },
    };
  } catch (cause) {
    const told = log();
    await rm(folder, { recursive: true });
    throw new Error(`function ${name} does not start: ${told}`, { cause });
  }
}

async function writeModule(folder: string, source: string): Promise<void> {
  await symlink(join(import.meta.dirname, "../../node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "index.cjs"), source);
  await writeFile(join(folder, "package.json"), '{"main":"index.cjs"}');
}
