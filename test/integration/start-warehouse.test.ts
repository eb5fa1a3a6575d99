import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BigQuery } from "@google-cloud/bigquery";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startWarehouse } from "../local-cloud/start-warehouse.ts";

const place = { projectId: "warehouse-test", dataset: "hourtally" };
const terraform = join(import.meta.dirname, "../../terraform");

let folder: string;
let stops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hourtally-warehouse-"));
});

afterEach(async () => {
  for (const stop of stops) await stop();
  stops = [];
  await rm(folder, { recursive: true });
});

/** A warehouse, asked by Google's client as soon as it is there. */
async function start(database = ":memory:") {
  const server = await startWarehouse({ ...place, database });
  const stop = () => server.stop();
  stops.push(stop);
  const client = new BigQuery({ projectId: place.projectId });
  const query = async (sql: string): Promise<unknown[]> => (await client.query(sql))[0];
  const names = async () => {
    const [tables] = await client.dataset(place.dataset).getTables();
    return tables.map(({ id }) => String(id)).toSorted();
  };
  return { query, names, stop };
}

const addTombstone = `INSERT INTO hourtally.tombstones (id, source, landed_at)
  VALUES ('x:1', 'x', TIMESTAMP '2026-01-02')`;
const countTombstones = "SELECT COUNT(*) AS n FROM hourtally.tombstones";

test("a new one has all tables and views, and nothing in common with another one", async () => {
  const declared = [
    ...(await readdir(join(terraform, "schemas"))).map((file) => file.replace(".json", "")),
    ...(await readdir(join(terraform, "views")))
      .filter((file) => file.endsWith(".sql"))
      .map((file) => file.replace(".sql", "")),
  ].toSorted();
  for (const database of [":memory:", join(folder, "kept.duckdb")]) {
    const { names, query } = await start(database);
    expect(await names()).toEqual(declared);
    expect(await query(countTombstones)).toEqual([{ n: 0 }]);
    await query(addTombstone);
    expect(await query(countTombstones)).toEqual([{ n: 1 }]);
    // A function of tables, too.
    expect(await query("SELECT * FROM hourtally.turnstile_lines(5)")).toEqual([]);
  }
});

test("one that is there keeps what it has, and gets what it lacks", async () => {
  const database = join(folder, "kept.duckdb");
  const first = await start(database);
  const names = await first.names();
  await first.query(addTombstone);
  await first.query("DROP VIEW hourtally.url_days");
  await first.query("DROP TABLE hourtally.unlinked");
  expect(await first.names()).toHaveLength(names.length - 2);
  stops = [];
  await first.stop();
  const again = await start(database);
  expect(await again.names()).toEqual(names);
  expect(await again.query(countTombstones)).toEqual([{ n: 1 }]);
});
