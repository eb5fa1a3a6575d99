import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** Text of a file of the project, seen from its root, as it is checked in, reviewed and deployed. */
export const checkedIn = (path: string): string => readFileSync(join(root, path), "utf8");

/** The value of such a file of JSON. */
export const checkedInJson = (path: string): unknown => JSON.parse(checkedIn(path));
