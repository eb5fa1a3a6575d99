import { BigQuery } from "@google-cloud/bigquery";
// Teaches protobufjs descriptors; in the bundle of append-rows another package does.
import "@google-cloud/bigquery-storage";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import * as z from "zod";
import { createAppender } from "../../functions/append-rows/append-to-table.ts";
import { createWriterOpener } from "../../functions/append-rows/open-writer.ts";
import { bucketHours, type Increment } from "../../functions/bucket-hours/bucket-hours.ts";
import { retraction } from "../../shared/events/retraction.v1.ts";
import { columnsOf, type Table } from "../../shared/rows/table.ts";
import { key, label, measure, member } from "../../shared/streams/field-roles.ts";
import { exactViewSql } from "../../shared/streams/hours-view.ts";
import { declareStream } from "../../shared/streams/stream.ts";
import { type LocalBigquery, startBigquery } from "../local-cloud/bigquery/start-bigquery.ts";
import { createRandom } from "../support/create-random.ts";

const meters = declareStream({
  name: "meter-readings",
  counts: "meter",
  description: "What meters have measured",
  epoch: "2020-01-01T00:00:00Z",
  fields: {
    meter: key(z.string(), "The meter"),
    place: label(z.string().optional(), "Where it is"),
    mode: member(z.enum(["day", "night"]), "By which tariff"),
    kwh: measure(z.int(), "What was used"),
  },
  measures: {
    readings: { counts: "events", description: "Readings" },
    kwh: { counts: "sum", of: "kwh", description: "All that was used" },
    night_kwh: {
      counts: "sum",
      of: "kwh",
      where: { field: "mode", is: "night" },
      description: "What was used at night",
    },
    modes: { counts: "distinct", of: "mode", description: "Tariffs" },
  },
});

const tableOf = (name: string, row: Table["row"]): Table => ({
  name,
  description: name,
  row,
  clusteredBy: [],
  topic: name,
});
const increments = tableOf(meters.increments.table, meters.increments.row);
const projectId = "sums";
let server: LocalBigquery;
let bigquery: BigQuery;

beforeAll(async () => {
  server = await startBigquery();
  vi.stubEnv("BIGQUERY_EMULATOR_HOST", server.restUrl);
  bigquery = new BigQuery({ projectId });
  const [dataset] = await bigquery.createDataset("hourtally");
  for (const table of [increments, tableOf("retractions", retraction)]) {
    await dataset.createTable(table.name, { schema: { fields: columnsOf(table) } });
  }
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.stop();
});

/** Readings of two hours, some of them delivered several times, in increments of any packing. */
function deliver(seed: number) {
  const random = createRandom(seed);
  const readings = Array.from({ length: 60 }, (_, n) => ({
    id: `meter:${n}`,
    event_time: `2026-01-01T1${random.below(2)}:15:00Z`,
    meter: random.pick(["a", "b"]),
    place: "cellar",
    mode: random.pick(["day", "night"] as const),
    kwh: random.below(100) - 20,
  }));
  const rows: Increment[] = [];
  for (let batch = 0; batch < 12; batch++) {
    const some = readings.filter(() => random.chance(0.3));
    rows.push(...bucketHours(meters, some));
  }
  rows.push(...bucketHours(meters, readings));
  return { readings, rows };
}

const cell = z.object({
  hour: z.string(),
  meter: z.string(),
  place: z.string(),
  readings: z.number(),
  kwh: z.number(),
  night_kwh: z.number(),
  modes: z.number(),
});

async function viewOf(rows: readonly Increment[], sql: string) {
  const append = createAppender(
    createWriterOpener({ projectId, dataset: "hourtally", writeEndpoint: server.writeUrl }),
  );
  await bigquery.query(`DELETE FROM hourtally.${increments.name} WHERE TRUE`);
  expect(await append(increments, rows)).toEqual([]);
  const query = sql.replaceAll("${dataset}", `${projectId}.hourtally`);
  const [cells] = await bigquery.query(
    `SELECT * REPLACE (FORMAT_TIMESTAMP('%H', hour) AS hour) FROM (${query}) AS cells ORDER BY hour, meter`,
  );
  return z.array(cell).parse(cells);
}

/** The sum of each reading once, without any SQL. */
function expectedOf(readings: ReturnType<typeof deliver>["readings"]) {
  const groups = Map.groupBy(readings, (one) => `${one.event_time.slice(11, 13)} ${one.meter}`);
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, group]) => {
      const sum = (some: typeof group) => some.reduce((total, { kwh }) => total + kwh, 0);
      const [hour, meter] = name.split(" ");
      return {
        hour,
        meter,
        place: "cellar",
        readings: group.length,
        kwh: sum(group),
        night_kwh: sum(group.filter(({ mode }) => mode === "night")),
        modes: new Set(group.map(({ mode }) => mode)).size,
      };
    });
}

test("a sum takes each event once, however often and in whatever packing it came", async () => {
  for (const seed of [1, 2, 3]) {
    const { readings, rows } = deliver(seed);
    expect(await viewOf(rows, exactViewSql(meters))).toEqual(expectedOf(readings));
  }
});

test.each([
  ["sums each delivery", (sql: string) => sql.replace(/QUALIFY ROW_NUMBER[^=]*= 1/, "")],
  [
    "sums each value once",
    (sql: string) => sql.replace("SUM(event.kwh)", "SUM(DISTINCT event.kwh)"),
  ],
  ["sums what its filter leaves out", (sql: string) => sql.replace("= 'night'", "!= 'night'")],
])("a view that %s is found out", async (_, plant) => {
  const { readings, rows } = deliver(1);
  const sql = plant(exactViewSql(meters));
  expect(sql).not.toBe(exactViewSql(meters));
  expect(await viewOf(rows, sql)).not.toEqual(expectedOf(readings));
});

test("each row has the time at which it landed", async () => {
  const before = Date.now();
  await viewOf(deliver(1).rows, exactViewSql(meters));
  const [rows] = await bigquery.query(
    `SELECT DISTINCT UNIX_MILLIS(landed_at) AS landed FROM hourtally.${increments.name}`,
  );
  const times = z.array(z.object({ landed: z.number() })).parse(rows);
  expect(times).toHaveLength(1);
  expect(times[0]?.landed).toBeGreaterThanOrEqual(before);
  expect(times[0]?.landed).toBeLessThanOrEqual(Date.now());
});
