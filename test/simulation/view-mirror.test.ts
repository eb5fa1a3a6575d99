import { BigQuery } from "@google-cloud/bigquery";
// Teaches protobufjs descriptors; in the bundle of append-rows another package does.
import "@google-cloud/bigquery-storage";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAppender } from "../../functions/append-rows/append-to-table.ts";
import { createWriterOpener } from "../../functions/append-rows/open-writer.ts";
import { tables } from "../../shared/rows/tables.ts";
import { type LocalBigquery, startBigquery } from "../local-cloud/bigquery/start-bigquery.ts";
import { provisionWarehouse } from "../local-cloud/provision.ts";
import { calm } from "./draw-storm.ts";
import { runSeed } from "./run-seed.ts";

const projectId = "simulated";
const dataset = "hourtally";
let server: LocalBigquery;

beforeAll(async () => {
  server = await startBigquery();
  process.env.BIGQUERY_EMULATOR_HOST = server.restUrl;
  await provisionWarehouse({ projectId, dataset });
}, 60_000);

afterAll(() => server.stop());

// The simulation counts with code of its own: this is what holds that code to the SQL of the view.
test("view url_hours says of the rows of a storm what the simulation says of them", {
  timeout: 120_000,
}, async () => {
  const storm = { ...calm, duplicates: 0.5, failures: 0.2, repeats: 0.3, mixedVersions: true };
  const run = await runSeed({ seed: 11, events: 400, storm });
  expect(run.isExact).toBe(true);
  const target = { projectId, dataset, writeEndpoint: server.writeUrl };
  const append = createAppender(createWriterOpener(target));
  for (const table of tables) {
    const rows = run.rows(table.name);
    for (let from = 0; from < rows.length; from += 200) {
      expect(await append(table, rows.slice(from, from + 200))).toEqual([]);
    }
  }
  const [rows] = await new BigQuery({ projectId }).query(`
    SELECT FORMAT_TIMESTAMP('%Y-%m-%dT%H:%M:%SZ', hour) AS hour, url_key, url, host, title,
      mentions, authors, originals
    FROM ${dataset}.url_hours_exact`);
  const lines = rows.map((row: unknown) => JSON.stringify(row)).sort();
  expect(lines.length).toBeGreaterThan(20);
  expect(lines).toEqual(run.hours.split("\n"));
});
