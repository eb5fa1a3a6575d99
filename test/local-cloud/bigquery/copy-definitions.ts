import type { DuckDBConnection } from "@duckdb/node-api";
import { quoteText } from "./sql/types/sql-type.ts";

/** A DuckDB file, and what stands in its texts in place of the names that are meant. */
export type Original = { path: string; names: Readonly<Record<string, string>> };

/** Gives a new database the datasets, tables, views and functions of another one, without its rows. */
export async function copyDefinitions(
  connection: DuckDBConnection,
  { path, names }: Original,
): Promise<void> {
  const renamed = Object.entries(names).reduce(
    (sql, [from, to]) => `replace(${sql}, ${quoteText(from)}, ${quoteText(to)})`,
    "text",
  );
  await connection.run(`ATTACH ${quoteText(path)} AS original (READ_ONLY)`);
  const found = await connection.runAndReadAll(`
    SELECT ${renamed} FROM (
      SELECT 1 AS place, format('CREATE SCHEMA "{}";', schema_name) AS text FROM duckdb_schemas()
      WHERE database_name = 'original' AND NOT internal
      UNION ALL SELECT 2, sql FROM duckdb_tables() WHERE database_name = 'original'
    ) ORDER BY place`);
  await connection.run(found.getRows().flat().join("\n"));
  const column = (name: string) => renamed.replace("text", name);
  await connection.run(`
    INSERT INTO local_bigquery.resources
    SELECT kind, ${column("name")}, ${column("resource")} FROM original.local_bigquery.resources`);
  await connection.run("DETACH original");
}
