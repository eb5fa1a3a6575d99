import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

const folder = join(import.meta.dirname, "../../../shared/data");

/** Whether the folder of real data lies beside the project. Tests that need it skip where not. */
export const hasSharedData = existsSync(folder);

if (!hasSharedData) console.warn(`real data is absent (${folder}): tests that need it are skipped`);

export const sharedDataPath = (name: string): string => join(folder, name);

/** The lines of a gzipped file of the real data, without blank ones. */
export function sharedLines(name: string): string[] {
  const text = gunzipSync(readFileSync(sharedDataPath(name))).toString("utf8");
  return text.split("\n").filter((line) => line.trim() !== "");
}

export function sharedJson(name: string): unknown {
  return JSON.parse(readFileSync(sharedDataPath(name), "utf8"));
}
