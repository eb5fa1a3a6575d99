import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { sharedDataPath } from "./shared-data.ts";

/** A week of registers, all of it or its first rows, and where it is to be; also as if it came later. */
type Week = {
  database: string;
  schema: string;
  folder: string;
  name: string;
  rows?: number;
  daysLater?: number;
};

/**
 * Puts a real week of January, in which New York is five hours behind UTC, into the database file of a
 * local BigQuery that does not run: appending it row by row takes longer than all there is to see.
 */
export async function loadRegisters({
  database,
  schema,
  folder,
  name,
  rows,
  daysLater = 0,
}: Week): Promise<void> {
  const csv = join(folder, `${name}.csv`);
  writeFileSync(csv, gunzipSync(readFileSync(sharedDataPath(`mta/${name}.csv.gz`))));
  const instance = await DuckDBInstance.create(database);
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run(`
    INSERT INTO "${schema}".turnstile_registers BY NAME
    SELECT
      (strptime("DATE" || "TIME", '%m/%d/%Y%H:%M:%S') + INTERVAL 5 HOUR + INTERVAL ${daysLater} DAY)
        AT TIME ZONE 'UTC' AS read_at,
      -300 AS utc_offset_minutes,
      CA AS ca, UNIT AS unit, SCP AS scp, STATION AS station, LINENAME AS linename,
      DIVISION AS division, "DESC" AS description,
      CAST(ENTRIES AS BIGINT) AS entries, CAST(EXITS AS BIGINT) AS exits,
      now() AS landed_at
    FROM read_csv('${csv}', header = true, all_varchar = true)
    ${rows === undefined ? "" : `LIMIT ${rows}`}`);
  await connection.run("CHECKPOINT");
  connection.closeSync();
  instance.closeSync();
}
