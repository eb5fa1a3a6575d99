import type { DuckDBConnection } from "@duckdb/node-api";
import { z } from "zod";

import { BigqueryError } from "./bigquery-error.ts";
import type { CatalogTable } from "./open-catalog.ts";

type PlanNode = {
  name: string;
  children: PlanNode[];
  extra_info: Record<string, unknown>;
};

const planSchema: z.ZodType<PlanNode> = z.object({
  name: z.string(),
  get children() {
    return z.array(planSchema).default([]);
  },
  extra_info: z.record(z.string(), z.unknown()).default({}),
});

/**
 * Refuses a statement that reads a table with `requirePartitionFilter` without filtering its
 * partitioning column, as BigQuery does, by looking where DuckDB's planner put the filters: a
 * filter outside a view or a GROUP BY counts when it reaches the table.
 *
 * `connection` must not be shared: planning changes its database's settings for a moment.
 */
export async function checkPartitionFilter(
  connection: DuckDBConnection,
  sql: string,
  tables: readonly CatalogTable[],
): Promise<void> {
  const guarded = tables.filter((table) => table.settings.requirePartitionFilter);
  if (guarded.length === 0) return;
  for (const { table, column, filters } of await planScans(connection, sql, guarded)) {
    if (filters.length > 0) continue;
    throw new BigqueryError(
      "invalidQuery",
      `Cannot query over table '${table.project}.${table.dataset}.${table.table}' without a filter over column(s) '${column}' that can be used for partition elimination`,
    );
  }
}

/**
 * Every scan of these tables, with those of its filters that say which partitions it needs, in DuckDB's
 * words. `connection` must not be shared.
 */
export async function planScans(
  connection: DuckDBConnection,
  sql: string,
  tables: readonly CatalogTable[],
): Promise<{ table: CatalogTable; column: string; filters: string[] }[]> {
  // With statistics the planner drops filters that the rows present satisfy anyway.
  await connection.run("SET disabled_optimizers = 'statistics_propagation'");
  let plan: PlanNode[];
  try {
    const explained = await connection.runAndReadAll(`EXPLAIN (FORMAT JSON) ${sql}`);
    plan = z.array(planSchema).parse(JSON.parse(String(explained.getRows()[0]?.[1])));
  } finally {
    await connection.run("RESET disabled_optimizers");
  }
  return tables.flatMap((table) => {
    const column = table.settings.timePartitioning?.field ?? "";
    const scans = plan.flatMap((node) => findScans(node, table, []));
    return scans.map((filters) => ({
      table,
      column,
      filters: filters.filter((filter) => mentions(filter, column)),
    }));
  });
}

/** The filters in force at every scan of the table. */
function findScans(node: PlanNode, table: CatalogTable, above: string[]): string[][] {
  const info = node.extra_info;
  const name = texts(info.Table).join().replaceAll('"', "");
  if (name.endsWith(`.${table.project}:${table.dataset}.${table.table}`)) {
    return [[...above, ...texts(info.Filters)]];
  }
  // DuckDB numbers the rows whose lists it unnests: no filter is lost on that.
  const numbers =
    node.name === "STREAMING_WINDOW" && texts(info.Projections).join() === "delim_index";
  const transparent = node.name === "PROJECTION" || node.name === "FILTER" || numbers;
  const inherited = transparent ? [...above, ...texts(info.Expression)] : [];
  return node.children.flatMap((child) => findScans(child, table, inherited));
}

function texts(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((item): item is string => typeof item === "string");
}

function mentions(filter: string, column: string): boolean {
  // The planner's own guesses from joins and LIMIT are marked optional.
  if (filter.startsWith("optional")) return false;
  const names = filter.replace(/'(?:[^']|'')*'/g, "");
  return new RegExp(`(?<!\\w)${column}(?!\\w)`, "i").test(names);
}
