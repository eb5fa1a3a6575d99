import { hash } from "node:crypto";
import { access, mkdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
const folder = join(root, "node_modules/.cache/framework");

let made: Promise<string> | undefined;

/**
 * The functions framework as one file, by its path: to find and read its many files is much of a
 * function's start. Made once for each state of the dependencies.
 */
export function bundleFramework(): Promise<string> {
  made ??= make();
  return made;
}

async function make(): Promise<string> {
  const entry = join(import.meta.dirname, "functions-framework.cjs");
  const sources = [join(root, "package-lock.json"), entry].map((path) => readFile(path, "utf8"));
  const path = join(folder, `${hash("sha256", (await Promise.all(sources)).join())}.cjs`);
  if (await isThere(path)) return path;
  const { build } = await import("esbuild");
  const temporary = `${path}.${process.pid}`;
  await mkdir(folder, { recursive: true });
  await build({
    entryPoints: [entry],
    outfile: temporary,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    minify: true,
    legalComments: "none",
    logLevel: "warning",
  });
  await rename(temporary, path);
  return path;
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
