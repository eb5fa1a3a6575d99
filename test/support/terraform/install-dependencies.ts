import { cp, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import * as z from "zod";

const root = join(import.meta.dirname, "../../..");
const manifest = z.object({
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});

/**
 * Puts into `folder` what `npm install` would put beside a bundle: the dependencies in its
 * package.json and theirs, no others, copied from this checkout's node_modules. Returns the
 * top-level ones with their versions.
 * @throws {Error} when a dependency is not installed here.
 */
export async function installDependencies(
  bundle: string,
  folder: string,
): Promise<Record<string, string>> {
  const own = await readManifest(bundle);
  const copied = new Set<string>();
  const install = async (name: string, from: string): Promise<void> => {
    const found = await findPackage(name, from);
    if (copied.has(found)) return;
    copied.add(found);
    const { dependencies, optionalDependencies } = await readManifest(found);
    await cp(found, join(folder, relative(root, found)), {
      recursive: true,
      // Nested packages are copied when something needs them.
      filter: (source) => !relative(found, source).startsWith("node_modules"),
    });
    for (const dependency of Object.keys(dependencies)) await install(dependency, found);
    for (const dependency of Object.keys(optionalDependencies)) {
      // What is made for other machines is not installed here, either.
      if (await isInstalled(dependency, found)) await install(dependency, found);
    }
  };
  for (const name of Object.keys(own.dependencies)) await install(name, root);
  return own.dependencies;
}

async function isInstalled(name: string, from: string): Promise<boolean> {
  try {
    await findPackage(name, from);
    return true;
  } catch {
    return false;
  }
}

/** Looks where Node would look: in node_modules of the folder and of each above, up to the root. */
async function findPackage(name: string, from: string): Promise<string> {
  for (let folder = from; ; folder = join(folder, "..")) {
    const candidate = join(folder, "node_modules", name);
    try {
      await readManifest(candidate);
      return candidate;
    } catch (cause) {
      if (folder === root) throw new Error(`${name} is not installed`, { cause });
    }
  }
}

async function readManifest(folder: string): Promise<z.infer<typeof manifest>> {
  return manifest.parse(JSON.parse(await readFile(join(folder, "package.json"), "utf8")));
}
