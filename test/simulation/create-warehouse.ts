import type { AppendLimits } from "../../functions/append-rows/append-isolating.ts";
import type { RefusedRow } from "../../functions/append-rows/append-to-table.ts";
import type { Random } from "../support/create-random.ts";
import type { See } from "./sightings.ts";
import type { Weather } from "./weather.ts";

export type Row = Readonly<Record<string, unknown>>;

/** The tables: append only, all rows of a request or none. */
export type Warehouse = {
  /**
   * Rows that were given the time `landedAt`, ms since 1970, before they came here.
   * @throws {Error} while the warehouse is gone, and for more than a request may have.
   */
  append: (table: string, rows: readonly Row[], landedAt: number) => RefusedRow[];
  /** All rows, in the order they were appended; those that follow appear in the same list. */
  rows: (table: string) => readonly Row[];
  /** How many rows each table has now. */
  rowCounts: () => (table: string) => number;
};

/** Limits of the functions are on the safe side of those of the warehouse, by so much. */
const margin = 1.25;

/** `limits` are those that the functions keep to, where they are so narrow that it matters. */
export function createWarehouse(
  random: Random,
  weather: Weather,
  see: See,
  limits: AppendLimits | undefined,
): Warehouse {
  const tables = new Map<string, Row[]>();
  const rowsOf = (table: string): Row[] => {
    const rows = tables.get(table) ?? [];
    tables.set(table, rows);
    return rows;
  };
  return {
    append: (table, rows, landedAt) => {
      if (weather.isOutage()) {
        see("rows came while the warehouse was gone");
        throw new Error("the warehouse is gone");
      }
      if (limits !== undefined && isTooLarge(rows, limits)) throw new Error("request too large");
      if (weather.strikes("refusals", table)) {
        see("rows were refused");
        return refuseSome(random, rows);
      }
      const stored = rowsOf(table);
      for (const row of rows) stored.push({ ...row, landed_at: landedAt });
      return [];
    },
    rows: rowsOf,
    rowCounts: () => {
      const counts = new Map([...tables].map(([table, rows]) => [table, rows.length]));
      return (table) => counts.get(table) ?? 0;
    },
  };
}

/** A row that is too large alone has to be taken: what is scaled down is the request. */
function isTooLarge(rows: readonly Row[], limits: AppendLimits): boolean {
  if (rows.length === 1) return false;
  const bytes = rows.reduce((sum, row) => sum + JSON.stringify(row).length, 0);
  return rows.length > limits.rows || bytes > margin * limits.bytes;
}

function refuseSome(random: Random, rows: readonly Row[]): RefusedRow[] {
  const indexes = Array.from({ length: 1 + random.below(3) }, () => random.below(rows.length));
  return [...new Set(indexes)].map((index) => ({ index, message: "refused by the storm" }));
}
