import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { buildFunctions, builtOf, dist } from "./build-functions.ts";
import { digestSources } from "./digest-sources.ts";
import { functionNames } from "./function-names.ts";

/** Builds all functions into `dist/`, unless what is there was built of the same sources and packages. */
export async function ensureBuilt(): Promise<void> {
  const isThere = functionNames().every((name) => existsSync(join(dist, name, "index.cjs")));
  if (isThere && existsSync(builtOf)) {
    if ((await readFile(builtOf, "utf8")) === (await digestSources())) return;
  }
  await buildFunctions();
}
