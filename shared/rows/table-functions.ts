import { interactionFunctions } from "./interaction-functions.ts";
import type { TableFunction } from "./table-function.ts";
import { turnstileFunctions } from "./turnstile-functions.ts";

/** All table functions; they read views, and not one another. */
export const tableFunctions: readonly TableFunction[] = [
  ...turnstileFunctions,
  ...interactionFunctions,
];
