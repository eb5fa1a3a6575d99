import { BigQuery } from "@google-cloud/bigquery";
// Teaches protobufjs descriptors; in the bundle of append-rows another package does.
import "@google-cloud/bigquery-storage";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import * as z from "zod";
import { createAppender } from "../../functions/append-rows/append-to-table.ts";
import { createWriterOpener } from "../../functions/append-rows/open-writer.ts";
import type { Header } from "../../functions/close-hours/plan-closing.ts";
import { createWarehouse } from "../../functions/close-hours/query-warehouse.ts";
import {
  createFailureFinder,
  type Failure,
} from "../../functions/redrive-failures/find-failures.ts";
import { tables } from "../../shared/rows/tables.ts";
import { hoursViewSql } from "../../shared/streams/hours-view.ts";
import { urlMentions } from "../../shared/streams/url-mentions.ts";
import type { LocalBigquery } from "../local-cloud/bigquery/start-bigquery.ts";
import { startWarehouse } from "../local-cloud/start-warehouse.ts";
import { landedAt, printHours } from "./count-hours.ts";
import type { AskedQuery } from "./create-closing-tables.ts";
import { calm } from "./draw-storm.ts";
import { type Run, runSeed } from "./run-seed.ts";

const projectId = "simulated";
const dataset = "hourtally";
let server: LocalBigquery;

beforeAll(async () => {
  server = await startWarehouse({ projectId, dataset });
}, 60_000);

afterAll(async () => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  await server.stop();
});

/** Appends the rows of a run as they landed, as far as a query has seen them. */
function createLander(run: Run) {
  const target = { projectId, dataset, writeEndpoint: server.writeUrl };
  const append = createAppender(createWriterOpener(target));
  const landed = new Map<string, number>();
  return async (rows: AskedQuery["rows"]) => {
    for (const table of tables) {
      const from = landed.get(table.name) ?? 0;
      const to = rows(table.name);
      landed.set(table.name, to);
      const seen = run.rows(table.name).slice(from, to);
      for (const [at, together] of Map.groupBy(seen, landedAt)) {
        // The time that append-rows gives them.
        vi.setSystemTime(at);
        expect(await append(table, together)).toEqual([]);
      }
    }
  };
}

const countRow = z.object({
  hour: z.string(),
  url_key: z.string(),
  url: z.string(),
  host: z.string(),
  title: z.string().nullable(),
  mentions: z.number(),
  authors: z.number(),
  originals: z.number(),
});
const columns = `FORMAT_TIMESTAMP('%Y-%m-%dT%H:%M:%SZ', hour) AS hour, url_key, url, host, title,
  mentions, authors, originals`;

/** Without what only one of both has. */
const shown = ({ hour, revision, watermark, firstLandedAt, keys, events, late }: Header) => ({
  hour,
  revision,
  watermark,
  firstLandedAt,
  keys,
  events,
  late,
});
const printFailure = ({ id, sourceTopic, attributes, original }: Failure): string =>
  JSON.stringify([id, sourceTopic, attributes, original.toString("base64")]);
const byHour = (one: { hour: number }, other: { hour: number }) => one.hour - other.hour;

// The simulation counts and closes with code of its own: this is what holds that code to the SQL.
test("views and closings say of the rows of a storm what the simulation says of them", {
  timeout: 120_000,
}, async () => {
  const asked: AskedQuery[] = [];
  const rates = {
    duplicates: 0.5,
    failures: 0.1,
    repeats: 0.3,
    lateEvents: 0.3,
    poison: 0.02,
    refusals: 0.2,
  };
  const closings = { closings: 6, closeEveryMs: 20 * 60_000, paceMs: 20 * 60_000 };
  const run = await runSeed({
    seed: 33,
    events: 200,
    // Messages are given up soon, and their failed events are in parts.
    storm: {
      ...calm,
      ...rates,
      ...closings,
      mixedVersions: true,
      maxDeliveryAttempts: 3,
      smallLimits: true,
    },
    onQuery: (query) => asked.push(query),
  });
  expect(run.isExact).toBe(true);
  vi.useFakeTimers({ toFake: ["Date"] });
  const bigquery = new BigQuery({ projectId });
  const warehouse = createWarehouse(bigquery, { dataset, maximumBytesBilled: "1000000000" });
  const land = createLander(run);
  const query = async (sql: string, params = {}) => {
    const [rows] = await bigquery.query({ query: sql, params });
    return printHours(
      z
        .array(countRow)
        .parse(rows)
        .map((row) => ({ ...row, ids: new Set() })),
    );
  };
  const findFailures = createFailureFinder(bigquery, { dataset, maximumBytesBilled: "1000000000" });
  const written: number[] = [];
  const foundParts: number[] = [];
  let incomplete = 0;
  for (const one of asked) {
    await land(one.rows);
    switch (one.query) {
      case "readWatermarks": {
        const { answer } = await warehouse.readWatermarks(...one.asked);
        expect(answer).toEqual(one.answer);
        break;
      }
      case "findTouched": {
        const { answer } = await warehouse.findTouched(...one.asked);
        expect(answer.toSorted(byHour)).toEqual(one.answer.toSorted(byHour));
        break;
      }
      case "readHeaders": {
        const { answer } = await warehouse.readHeaders(...one.asked);
        expect(answer.toSorted(byHour)).toEqual(one.answer.map(shown).toSorted(byHour));
        break;
      }
      case "writeTotals": {
        const [stream, totals] = one.asked;
        await warehouse.writeTotals(stream, totals);
        const { headers, cells } = one.answer;
        written.push(headers.length);
        const { answer } = await warehouse.readHeaders(stream, totals.hours);
        const own = answer.filter(({ revision }) => revision === totals.revision);
        expect(own.toSorted(byHour)).toEqual(headers.map(shown).toSorted(byHour));
        const counted = await query(
          `SELECT ${columns} FROM ${dataset}.url_hour_totals
          WHERE revision = @revision AND closing.keys IS NULL`,
          { revision: totals.revision },
        );
        expect(counted).toBe(printHours(cells.map(({ cell }) => cell)));
        break;
      }
      case "findFailures": {
        // Most redrives find nothing.
        if (one.answer.length === 0 && foundParts.length > 0) break;
        const request = { limit: 10_000, dryRun: false, requestedBy: "test" };
        const { failures } = await findFailures({ ...one.asked, ...request });
        expect(failures.map(printFailure).sort()).toEqual(one.answer.map(printFailure).sort());
        const there = run.rows("failed_events").slice(0, one.rows("failed_events"));
        for (const parts of Map.groupBy(there, ({ id }) => id).values()) {
          const different = new Set(parts.map(({ part }) => part));
          if (different.size < Number(parts[0]?.parts)) incomplete += 1;
        }
        foundParts.push(...one.answer.map(({ row }) => Number(row.parts)));
        break;
      }
      case "view": {
        const now = `TIMESTAMP '${new Date(one.asked).toISOString()}'`;
        const sql = hoursViewSql(urlMentions)
          .replaceAll("CURRENT_TIMESTAMP()", now)
          .replaceAll("${dataset}", dataset);
        expect(await query(`SELECT ${columns} FROM (${sql})`)).toBe(printHours(one.answer));
        break;
      }
    }
  }
  // Something of each kind was asked, and hours were closed more than once.
  expect(new Set(asked.map((one) => one.query)).size).toBe(6);
  expect(written.filter((count) => count > 0).length).toBeGreaterThan(2);
  expect(written).toContain(0);
  expect(Math.min(...foundParts)).toBe(1);
  expect(Math.max(...foundParts)).toBeGreaterThan(3);
  expect(incomplete).toBeGreaterThan(0);
  expect(await query(`SELECT ${columns} FROM ${dataset}.url_hours_exact`)).toBe(run.hours);
  expect(run.hours.split("\n").length).toBeGreaterThan(20);
});
