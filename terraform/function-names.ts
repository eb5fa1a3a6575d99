import { globSync } from "node:fs";
import { dirname, join } from "node:path";

export const functionsFolder = join(import.meta.dirname, "../functions");

/** Names of all functions: each folder of `functions/` with a `function.json`. */
export const functionNames = (): string[] =>
  globSync("*/function.json", { cwd: functionsFolder }).map(dirname).sort();
