import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";

const root = join(import.meta.dirname, "..");
/** All that bundles are made of, and by; the last tells of each package what is installed. */
const folders = ["functions", "shared"];
const files = ["package-lock.json", "node_modules/.package-lock.json"];

/** SHA-256 of the names and contents of everything that the functions are built of. */
export async function digestSources(): Promise<string> {
  const builders = (await readdir(join(root, "terraform"))).filter((name) => name.endsWith(".ts"));
  const paths = [
    ...(await Promise.all(folders.map(filesIn))).flat(),
    ...builders.map((name) => join(root, "terraform", name)),
    ...files.map((file) => join(root, file)),
  ];
  const contents = await Promise.all(paths.map((path) => readFile(path)));
  const hash = createHash("sha256");
  for (const [index, content] of contents.entries()) {
    hash.update(`\n${relative(root, paths[index] ?? "")} ${content.length}\n`).update(content);
  }
  return hash.digest("hex");
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}
