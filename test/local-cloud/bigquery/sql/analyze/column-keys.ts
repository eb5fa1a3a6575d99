import { quoteName } from "../types/sql-type.ts";

/**
 * What the columns of a relation are called inside DuckDB: as in GoogleSQL where that is a name of
 * one only, so that plans can be read, else by their place.
 */
export function columnKeys(columns: readonly { name: string | undefined }[]): string[] {
  const taken = new Set<string>();
  return columns.map(({ name }, index) => {
    const free = name !== undefined && !taken.has(name.toLowerCase());
    const key = free ? name : `column ${index + 1}`;
    taken.add(key.toLowerCase());
    return quoteName(key);
  });
}
