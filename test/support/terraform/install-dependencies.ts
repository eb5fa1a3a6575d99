import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

const root = join(import.meta.dirname, "../../..");
const lockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({ version: z.string(), optional: z.boolean().optional() }),
  ),
});
const manifest = z.object({ version: z.string() });

/**
 * Puts into `folder` what `npm ci` would put beside a bundle: the packages of its lock, no others,
 * copied from this checkout's node_modules. Returns their versions by where they are.
 * @throws {Error} when one is not installed here in its version.
 */
export async function installDependencies(
  bundle: string,
  folder: string,
): Promise<Record<string, string>> {
  const lock = JSON.parse(await readFile(join(bundle, "package-lock.json"), "utf8"));
  delete lock.packages[""];
  const installed: Record<string, string> = {};
  for (const [place, { version, optional }] of Object.entries(lockFile.parse(lock).packages)) {
    const found = await installedVersion(place);
    // What is made for other machines is not installed here, either.
    if (found === undefined && optional) continue;
    if (found !== version) throw new Error(`${place} is locked at ${version}, and here ${found}`);
    installed[place] = version;
    await cp(join(root, place), join(folder, place), {
      recursive: true,
      // Nested packages are locked by themselves.
      filter: (source) => !source.slice(join(root, place).length).startsWith("/node_modules"),
    });
  }
  return installed;
}

async function installedVersion(place: string): Promise<string | undefined> {
  try {
    const text = await readFile(join(root, place, "package.json"), "utf8");
    return manifest.parse(JSON.parse(text)).version;
  } catch {
    return undefined;
  }
}
