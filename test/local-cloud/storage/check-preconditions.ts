import type { Preconditions } from "./catalog-schema.ts";
import { invalidRequest, StorageError } from "./storage-error.ts";

type Versions = { generation: number; metageneration: number };

/**
 * Reads preconditions from a query. `prefix` is `""`, or `"Source"` for those on the source of a
 * copy (`ifSourceGenerationMatch`).
 *
 * @throws StorageError 400 when one is not an integer
 */
export function parsePreconditions(query: URLSearchParams, prefix: "" | "Source"): Preconditions {
  const preconditions: Preconditions = {};
  for (const name of [
    "ifGenerationMatch",
    "ifGenerationNotMatch",
    "ifMetagenerationMatch",
    "ifMetagenerationNotMatch",
  ] as const) {
    const value = parseGeneration(query, prefix === "" ? name : name.replace("if", "ifSource"));
    if (value !== undefined) {
      preconditions[name] = value;
    }
  }
  return preconditions;
}

/** @throws StorageError 400 when the parameter is there and not a generation */
export function parseGeneration(query: URLSearchParams, parameter: string): number | undefined {
  const text = query.get(parameter);
  if (text === null) return undefined;
  if (!/^\d{1,18}$/.test(text)) throw invalidRequest(`Invalid value for ${parameter}: '${text}'`);
  return Number(text);
}

/**
 * Holds preconditions against what exists; generation 0 stands for "no such object".
 *
 * @throws StorageError 412 when something must match and does not, 304 when it must not and does
 */
export function checkPreconditions(
  preconditions: Preconditions,
  existing: Versions | undefined,
): void {
  const generation = existing?.generation ?? 0;
  const metageneration = existing?.metageneration ?? 0;
  const { ifGenerationMatch, ifGenerationNotMatch } = preconditions;
  const { ifMetagenerationMatch, ifMetagenerationNotMatch } = preconditions;
  if (
    (ifGenerationMatch !== undefined && ifGenerationMatch !== generation) ||
    (ifMetagenerationMatch !== undefined && ifMetagenerationMatch !== metageneration)
  ) {
    throw new StorageError(
      412,
      "conditionNotMet",
      "At least one of the pre-conditions you specified did not hold.",
    );
  }
  if (
    (ifGenerationNotMatch !== undefined && ifGenerationNotMatch === generation) ||
    (ifMetagenerationNotMatch !== undefined && ifMetagenerationNotMatch === metageneration)
  ) {
    throw new StorageError(304, "notModified", "Not Modified");
  }
}
