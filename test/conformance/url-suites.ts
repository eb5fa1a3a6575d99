import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";

/** Test cases of other projects, outside the project; absent on most machines. */
const suitesFolder = new URL("../../../shared/data/url-suites/", import.meta.url);

/** Why the suites cannot be run; undefined when they can. */
export const suitesMissing = existsSync(suitesFolder)
  ? undefined
  : "skipped: ../shared/data/url-suites is absent";

/** The title of a group of tests that says so when it is skipped. */
export function titled(title: string): string {
  return suitesMissing === undefined ? title : `${title} (${suitesMissing})`;
}

/** The cases of one suite, checked against their schema. */
export function readSuite<T>(name: string, caseSchema: z.ZodType<T>): T[] {
  const text = readFileSync(new URL(`${name}.json`, suitesFolder), "utf8");
  return z.object({ cases: z.array(caseSchema) }).parse(JSON.parse(text)).cases;
}
