import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { readSchemas, releasedFile } from "./read-schemas.ts";

/** Keeps the schemas as those of the release that is made now: from here on they only grow. */
async function releaseSchemas(): Promise<void> {
  await mkdir(dirname(releasedFile), { recursive: true });
  await writeFile(releasedFile, `${JSON.stringify(await readSchemas(), null, 2)}\n`);
}

if (import.meta.main) await releaseSchemas();
