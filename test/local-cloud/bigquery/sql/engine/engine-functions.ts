import type { DuckDBConnection } from "@duckdb/node-api";

import { registerFunction } from "./engine-function.ts";
import { jsonEngineFunctions } from "./json-functions.ts";
import { netEngineFunctions } from "./net-functions.ts";
import { numberEngineFunctions } from "./number-functions.ts";
import { regexpEngineFunctions } from "./regexp-functions.ts";
import { textEngineFunctions } from "./text-functions.ts";
import { timeEngineFunctions } from "./time-functions.ts";

/** Teaches a database what GoogleSQL knows and DuckDB does not, or not in the same way. */
export function registerEngineFunctions(connection: DuckDBConnection): void {
  const all = [
    ...jsonEngineFunctions,
    ...netEngineFunctions,
    ...numberEngineFunctions,
    ...regexpEngineFunctions,
    ...textEngineFunctions,
    ...timeEngineFunctions,
  ];
  for (const one of all) registerFunction(connection, one);
}
