import { BigQuery } from "@google-cloud/bigquery";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Warehouse } from "../../functions/close-hours/close-stream.ts";
import { createWarehouse } from "../../functions/close-hours/query-warehouse.ts";
import { storedTables } from "../../shared/rows/stored-tables.ts";
import { streams } from "../../shared/streams/streams.ts";
import { type LocalBigquery, startBigquery } from "../local-cloud/bigquery/start-bigquery.ts";
import { provisionWarehouse } from "../local-cloud/provision.ts";

const projectId = "filters";
const dataset = "hourtally";
/** A person fills it, after an error. */
const small = ["retractions"];
const hourMs = 3_600_000;
const now = Date.parse("2026-01-05T12:00:00Z");
let server: LocalBigquery;
let bigquery: BigQuery;
let warehouse: Warehouse;

// A table that requires a partition filter refuses a query in which none reaches it.
beforeAll(async () => {
  server = await startBigquery();
  vi.stubEnv("BIGQUERY_EMULATOR_HOST", server.restUrl);
  await provisionWarehouse({ projectId, dataset });
  bigquery = new BigQuery({ projectId });
  for (const { name } of storedTables.filter((table) => !small.includes(table.name))) {
    await bigquery.dataset(dataset).table(name).setMetadata({ requirePartitionFilter: true });
  }
  warehouse = createWarehouse(bigquery, { dataset, maximumBytesBilled: "1" });
}, 60_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.stop();
});

test("without a filter, a table here refuses to be read", async () => {
  await expect(bigquery.query(`SELECT * FROM ${dataset}.url_hour_totals`)).rejects.toThrow(
    "without a filter over column(s) 'hour'",
  );
});

test("the query for what was closed last filters partitions", async () => {
  expect((await warehouse.readWatermarks(now)).answer).toEqual(new Map());
});

test.each(streams)("the queries that close hours of $name filter partitions", async (stream) => {
  if (stream.postsBy !== undefined) {
    await bigquery.query(`INSERT INTO ${dataset}.tombstones (id, source, landed_at)
      VALUES ('x:1', 'x', TIMESTAMP '2026-01-05 11:00:00+00')`);
  }
  const window = { since: now - 9 * hourMs, from: now - 90 * hourMs, to: now };
  const touched = await warehouse.findTouched(stream, { ...window, postsSince: window.since });
  expect(touched.answer).toEqual([]);
  const hours = [now - 2 * hourMs, now - hourMs];
  expect((await warehouse.readHeaders(stream, hours)).answer).toEqual([]);
  const totals = { landedFrom: now, deletedFrom: now, watermark: now, revision: 1 };
  await warehouse.writeTotals(stream, { ...totals, hours });
});

const hours = "hour >= TIMESTAMP '2026-01-05' AND hour < TIMESTAMP '2026-01-06'";

test.each([...streams.map(({ view }) => view), "top_urls_by_hour", "top_hosts_by_hour"])(
  "a filter on hours reaches the partitions behind %s",
  async (view) => {
    const [rows] = await bigquery.query(`SELECT * FROM ${dataset}.${view} WHERE ${hours}`);
    expect(rows).toEqual([]);
    await expect(bigquery.query(`SELECT * FROM ${dataset}.${view}`)).rejects.toThrow(
      "without a filter over column(s) 'hour'",
    );
  },
);

test("trending_urls filters partitions by itself", async () => {
  expect((await bigquery.query(`SELECT * FROM ${dataset}.trending_urls`))[0]).toEqual([]);
});
