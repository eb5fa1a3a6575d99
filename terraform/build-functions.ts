import { mkdir, readdir, readFile, realpath, rename, rm, writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { build, type Plugin } from "esbuild";
import * as z from "zod";
import { buildPage } from "./build-page.ts";
import { cutLock } from "./cut-lock.ts";
import { digestSources } from "./digest-sources.ts";
import { functionNames } from "./function-names.ts";
import { withoutUnusedProtocols } from "./without-unused-protocols.ts";

const root = join(import.meta.dirname, "..");
export const dist = join(root, "dist");
/** File with the digest of what the bundles were built of; absent while they are built. */
export const builtOf = join(dist, ".built-of");
const nodeModules = "node_modules/";
const framework = "@google-cloud/functions-framework";

/** It loads libraries of the machine that it runs on, which are no JavaScript. */
const decoder = "sharp";
const outside = [framework, decoder];

/**
 * Bundles every function into `dist/<name>/index.cjs`, as it is deployed. The functions framework stays
 * outside: its registry is one per copy, so a bundled copy would register nothing. So does what holds
 * machine code. Each bundle's `package.json` names what it uses of them, and its `package-lock.json`,
 * cut from the project's own, has the cloud install exactly what is tested here.
 * A function with a folder `page` has it built into `dist/<name>/page/`.
 */
export async function buildFunctions(): Promise<string[]> {
  const names = functionNames();
  const digest = await digestSources();
  const lock: unknown = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8"));
  await removeStale(names);
  // All in one go: what several of them use is parsed once.
  const { outputFiles, metafile } = await build({
    entryPoints: names.map((name) => ({
      in: join(root, "functions", name, "index.ts"),
      out: join(name, "index"),
    })),
    outdir: dist,
    bundle: true,
    write: false,
    metafile: true,
    absWorkingDir: dist,
    platform: "node",
    target: "node24",
    // The Google clients are CommonJS and look for themselves beside the file.
    format: "cjs",
    // Of a `.js` the framework asks what it is with a library that takes a tenth of a second to load.
    outExtension: { ".js": ".cjs" },
    external: outside,
    minify: true,
    legalComments: "none",
    plugins: [await oneCopyPerVersion(lock), withoutUnusedProtocols],
    logLevel: "warning",
  });
  for (const name of names) {
    const imports = metafile.outputs[`${name}/index.cjs`]?.imports.map(({ path }) => path);
    const packages = outside.filter((one) => imports?.includes(one));
    await writeManifest(name, packages, lock);
    await writePage(name);
  }
  for (const { path, contents } of outputFiles) await replaceFile(path, contents);
  await replaceFile(builtOf, digest);
  return names;
}

/** Folders of functions that are no more, and what tells of the build before. */
async function removeStale(names: readonly string[]): Promise<void> {
  await mkdir(dist, { recursive: true });
  for (const name of await readdir(dist)) {
    if (!names.includes(name)) await rm(join(dist, name), { recursive: true, force: true });
  }
}

async function writeManifest(
  name: string,
  packages: readonly string[],
  lock: unknown,
): Promise<void> {
  const folder = join(dist, name);
  await mkdir(folder, { recursive: true });
  const dependencies: Record<string, string> = {};
  for (const one of packages) dependencies[one] = await installedVersion(one);
  const manifest = { name, private: true, main: "index.cjs", dependencies };
  await replaceFile(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  const ownLock = cutLock(lock, manifest);
  await replaceFile(join(folder, "package-lock.json"), `${JSON.stringify(ownLock, null, 2)}\n`);
}

/** Files of an older page go last: one that starts meanwhile finds all files of the one or the other. */
async function writePage(name: string): Promise<void> {
  const files = await buildPage(join(root, "functions", name, "page"));
  const folder = join(dist, name, "page");
  if (files === undefined) return rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [file, contents] of files) await replaceFile(join(folder, file), contents);
  for (const file of await readdir(folder)) if (!files.has(file)) await rm(join(folder, file));
}

/** At once, so that a function that starts meanwhile has the one or the other, never half of it. */
async function replaceFile(path: string, contents: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  try {
    await writeFile(temporary, contents);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

const lockFile = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().optional() })),
});

/**
 * The dependency tree holds some packages twice in one and the same version, because npm can hoist
 * only one of two majors. Bundled once, a function starts faster: most of a cold start is parsing.
 */
async function oneCopyPerVersion(rootLock: unknown): Promise<Plugin> {
  // The bundler sees real paths, and the packages may be linked from elsewhere.
  const base = dirname(await realpath(join(root, "node_modules")));
  const lock = lockFile.parse(rootLock);
  /** Folder that is bundled, by the folder of each copy. */
  const bundled = new Map<string, string>();
  const first = new Map<string, string>();
  for (const [place, { version }] of Object.entries(lock.packages)) {
    const name = place.slice(place.lastIndexOf(nodeModules) + nodeModules.length);
    const folder = first.get(`${name}@${version}`) ?? place;
    first.set(`${name}@${version}`, folder);
    bundled.set(join(base, place), join(base, folder));
  }
  const ours = Symbol("already resolved here");
  return {
    name: "one-copy-per-version",
    setup(bundling) {
      bundling.onResolve({ filter: /^[^./]/ }, async ({ path, pluginData, ...options }) => {
        if (pluginData === ours || isBuiltin(path)) return undefined;
        const resolved = await bundling.resolve(path, { ...options, pluginData: ours });
        // What cannot be resolved may be optional: the bundler knows.
        if (resolved.errors.length > 0 || resolved.external) return undefined;
        const copy = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(resolved.path)?.[0];
        const folder = copy === undefined ? undefined : bundled.get(copy);
        // Only what moves is answered here: an answer of a plugin loses the package's module type.
        if (copy === undefined || folder === undefined || folder === copy) return undefined;
        return { ...resolved, path: folder + resolved.path.slice(copy.length) };
      });
    },
  };
}

const installedVersion = (name: string) => versionOf(join(root, "node_modules", name));

async function versionOf(folder: string): Promise<string> {
  const manifest = await readFile(join(folder, "package.json"), "utf8");
  return z.object({ version: z.string() }).parse(JSON.parse(manifest)).version;
}

if (import.meta.main) {
  const names = await buildFunctions();
  console.log(`built ${names.length} functions into dist/: ${names.join(", ")}`);
}
