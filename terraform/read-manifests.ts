import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { type FunctionManifest, functionManifest } from "../shared/manifest/function-manifest.ts";
import { resolveManifests } from "../shared/manifest/resolve-manifests.ts";
import { functionNames, functionsFolder } from "./function-names.ts";

/**
 * The manifests of all functions as they stand in each function.json, sorted by name.
 * @throws {Error} that names the file and what is wrong in it.
 */
export async function readDeclaredManifests(): Promise<FunctionManifest[]> {
  return Promise.all(functionNames().map(readDeclared));
}

/** The manifests of all functions as they are deployed: no word stands for a list. */
export const readManifests = async (): Promise<FunctionManifest[]> =>
  resolveManifests(await readDeclaredManifests());

async function readDeclared(name: string): Promise<FunctionManifest> {
  const text = await readFile(join(functionsFolder, name, "function.json"), "utf8");
  try {
    return { name, ...functionManifest.parse(JSON.parse(text)) };
  } catch (cause) {
    const told = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new Error(`functions/${name}/function.json: ${told}`, { cause });
  }
}
