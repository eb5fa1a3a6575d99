import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "../..");

/** A function's own files as JavaScript that can be read, in `folder`, and all packages where npm has put them. */
export async function buildUnbundled(name: string, folder: string): Promise<string> {
  const bundle = join(folder, name);
  await mkdir(bundle);
  await build({
    entryPoints: [join(root, "functions", name, "index.ts")],
    outfile: join(bundle, "index.cjs"),
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node24",
    format: "cjs",
    logLevel: "error",
  });
  await writeFile(join(bundle, "package.json"), '{"main":"index.cjs"}');
  await symlink(join(root, "node_modules"), join(bundle, "node_modules"));
  await symlink(join(root, "dist", name, "page"), join(bundle, "page"));
  return bundle;
}
