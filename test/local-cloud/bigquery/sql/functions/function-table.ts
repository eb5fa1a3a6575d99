import { jsonFunctions } from "./json.ts";
import { listFunctions } from "./lists.ts";
import { numberFunctions } from "./numbers.ts";
import type { Overload } from "./overload.ts";
import { textFunctions } from "./text.ts";
import { timeFunctions } from "./time.ts";

/** The overloads of every function whose arguments are values. */
export const functionTable: ReadonlyMap<string, readonly Overload[]> = new Map(
  Object.entries({
    ...jsonFunctions,
    ...listFunctions,
    ...numberFunctions,
    ...textFunctions,
    ...timeFunctions,
  }),
);
