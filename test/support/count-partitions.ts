import { DuckDBInstance } from "@duckdb/node-api";
import { planScans } from "../local-cloud/bigquery/check-partition-filter.ts";
import { openCatalog, quoteTable } from "../local-cloud/bigquery/open-catalog.ts";
import { registerEngineFunctions } from "../local-cloud/bigquery/sql/engine/engine-functions.ts";
import type { QueryParameters } from "../local-cloud/bigquery/sql/query-parameters.ts";
import { translateQuery } from "../local-cloud/bigquery/sql/translate-query.ts";

type Values = Record<string, Date | readonly Date[] | number | string>;

/**
 * A warehouse that a local BigQuery has left in a file, of whose queries it can be said how many daily
 * partitions of which tables they read: of each scan, the days that its filters on the partitions leave.
 */
export async function openPartitions(database: string, project: string, dataset: string) {
  const instance = await DuckDBInstance.create(database);
  const connection = await instance.connect();
  await connection.run("SET GLOBAL TimeZone = 'UTC'");
  registerEngineFunctions(connection);
  const catalog = await openCatalog(connection);
  return {
    count: async (query: string, values: Values = {}): Promise<Record<string, number>> => {
      const parameters = Object.entries(values).map(([name, value]) => parameterOf(name, value));
      const request = { query, project, dataset, parameters };
      const { sql, baseTables } = translateQuery(catalog, request);
      const days: Record<string, number> = {};
      for (const { table, column, filters } of await planScans(connection, sql, baseTables)) {
        const counted = await connection.runAndReadAll(
          `SELECT COUNT(DISTINCT date_trunc('day', ${column})) FROM ${quoteTable(table)}
          WHERE ${["TRUE", ...filters].join(" AND ")}`,
        );
        const read = Number(counted.getRows()[0]?.[0]);
        days[table.table] = Math.max(read, days[table.table] ?? 0);
      }
      return days;
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

function parameterOf(name: string, value: Values[string]): QueryParameters[number] {
  if (typeof value === "number") {
    return { name, parameterType: { type: "INT64" }, parameterValue: { value: String(value) } };
  }
  if (typeof value === "string") {
    return { name, parameterType: { type: "STRING" }, parameterValue: { value } };
  }
  if (value instanceof Date) {
    const at = { value: value.toISOString() };
    return { name, parameterType: { type: "TIMESTAMP" }, parameterValue: at };
  }
  return {
    name,
    parameterType: { type: "ARRAY", arrayType: { type: "TIMESTAMP" } },
    parameterValue: { arrayValues: value.map((at) => ({ value: at.toISOString() })) },
  };
}
