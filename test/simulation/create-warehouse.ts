import type { RefusedRow } from "../../functions/append-rows/append-to-table.ts";
import type { Random } from "../support/create-random.ts";
import type { Weather } from "./weather.ts";

export type Row = Readonly<Record<string, unknown>>;

/** The tables: append only, all rows of a request or none. */
export type Warehouse = {
  /**
   * Rows that were given the time `landedAt`, ms since 1970, before they came here.
   * @throws {Error} while the warehouse is gone.
   */
  append: (table: string, rows: readonly Row[], landedAt: number) => RefusedRow[];
  /** All rows, in the order they were appended; those that follow appear in the same list. */
  rows: (table: string) => readonly Row[];
  /** Names of those that have been asked for. */
  tables: () => readonly string[];
};

export function createWarehouse(random: Random, weather: Weather): Warehouse {
  const tables = new Map<string, Row[]>();
  const rowsOf = (table: string): Row[] => {
    const rows = tables.get(table) ?? [];
    tables.set(table, rows);
    return rows;
  };
  return {
    append: (table, rows, landedAt) => {
      if (weather.isOutage()) throw new Error("the warehouse is gone");
      if (weather.strikes("refusals", table)) return refuseSome(random, rows);
      const stored = rowsOf(table);
      for (const row of rows) stored.push({ ...row, landed_at: landedAt });
      return [];
    },
    rows: rowsOf,
    tables: () => [...tables.keys()],
  };
}

function refuseSome(random: Random, rows: readonly Row[]): RefusedRow[] {
  const indexes = Array.from({ length: 1 + random.below(3) }, () => random.below(rows.length));
  return [...new Set(indexes)].map((index) => ({ index, message: "refused by the storm" }));
}
