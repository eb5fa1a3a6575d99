import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BigQuery } from "@google-cloud/bigquery";
import * as z from "zod";
import { type ClosingTools, closeStream } from "../../functions/close-hours/close-stream.ts";
import { createWarehouse } from "../../functions/close-hours/query-warehouse.ts";
import { urlMentions } from "../../shared/streams/url-mentions.ts";
import { startWarehouse } from "../local-cloud/start-warehouse.ts";
import { fillDay, incrementColumns, repeatDay, sqlTime, totalColumns } from "./fill-increments.ts";
import { held, type Measurement, told } from "./measurement.ts";

const projectId = "bench";
const days = 30;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const rounds = 5;

/** What closing costs on 10 million increments of 30 days, in the local BigQuery. */
export async function benchClosing(): Promise<Measurement[]> {
  const directory = await mkdtemp(join(tmpdir(), "hourtally-bench-"));
  process.env.METADATA_SERVER_DETECTION = "none";
  const database = join(directory, "warehouse.duckdb");
  const server = await startWarehouse({ projectId, dataset: "hourtally", database });
  try {
    return await measure(new BigQuery({ projectId }));
  } finally {
    await server.stop();
    await rm(directory, { recursive: true });
  }
}

async function measure(bigquery: BigQuery): Promise<Measurement[]> {
  const over = Math.floor(Date.now() / hourMs) * hourMs;
  const start = over - days * dayMs;
  await fillDay(bigquery, start);
  for (let day = 1; day < days; day++) await repeatDay(bigquery, incrementColumns, start, day);
  const tools: ClosingTools = {
    warehouse: createWarehouse(bigquery, { dataset: "hourtally", maximumBytesBilled: "1" }),
    publish: async () => undefined,
    now: () => Date.now(),
    random: Math.random,
  };
  const close = async (closing: { from: number; to: number } | number) => {
    const now = Date.now();
    return timed(() =>
      closeStream(
        urlMentions,
        {
          now,
          until: Number.POSITIVE_INFINITY,
          ...(typeof closing === "number" ? { watermark: closing } : { range: closing }),
        },
        tools,
      ),
    );
  };
  const first = await close({ from: start, to: start + dayMs });
  for (let day = 1; day < days - 1; day++) await repeatDay(bigquery, totalColumns, start, day);
  const closings: Timed[] = [];
  for (let round = rounds; round > 0; round--) {
    const from = over - round * hourMs;
    const one = await close({ from, to: from + hourMs });
    if (one.result.closed !== 1) {
      throw new Error(`${one.result.closed} hours were closed, not one`);
    }
    closings.push(one);
  }
  const idle: Timed[] = [];
  const asked: Timed[] = [];
  for (let round = 0; round < rounds; round++) {
    const nothing = await close(Date.now());
    if (nothing.result.closed > 0) throw new Error("there was something to close");
    idle.push(nothing);
    const day = start + (10 + round) * dayMs;
    asked.push(await timed(() => tenOfEachHour(bigquery, topUrls(day))));
  }
  const bytes = await countBytes(bigquery, start, over - dayMs);
  return [
    told("close-hours, a day of 10 million increments in 30 days", first.ms / 1_000, "s"),
    held("close-hours, one hour of 10 million increments", closings.map(msOf)),
    held("close-hours, with nothing to do", idle.map(msOf)),
    held("top_urls_by_hour, one day", asked.map(msOf)),
    told("CPU", closings.map(cpuMsOf), "ms", { of: "close-hours, one hour" }),
    told("CPU", idle.map(cpuMsOf), "ms", { of: "close-hours, with nothing to do" }),
    told("CPU", asked.map(cpuMsOf), "ms", { of: "top_urls_by_hour, one day" }),
    held("bytes of increments over their totals", bytes.increments / bytes.totals),
  ];
}

/** By the clock, and of all threads, those of the local BigQuery among them: what a busy machine changes less. */
type Timed = { ms: number; cpuMs: number };

const msOf = ({ ms }: Timed): number => ms;
const cpuMsOf = ({ cpuMs }: Timed): number => cpuMs;

async function timed<Result>(work: () => Promise<Result>): Promise<Timed & { result: Result }> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { result, ms: performance.now() - startedAt, cpuMs: (user + system) / 1_000 };
}

const topUrls = (day: number) => `
  SELECT hour, url_key, mentions, position FROM hourtally.top_urls_by_hour
  WHERE hour >= ${sqlTime(day)} AND hour < ${sqlTime(day + dayMs)} AND position <= 10`;

async function tenOfEachHour(bigquery: BigQuery, sql: string): Promise<void> {
  const [rows] = await bigquery.query(sql);
  if (rows.length !== 240) throw new Error(`${rows.length} rows, not 10 of each hour of the day`);
}

const byteRow = z.object({ increments: z.coerce.number(), totals: z.coerce.number() });

/** Logical bytes, as BigQuery bills them: https://cloud.google.com/bigquery/pricing#data */
async function countBytes(bigquery: BigQuery, start: number, over: number) {
  const text = (name: string) => `IF(${name} IS NULL, 0, 2 + BYTE_LENGTH(${name}))`;
  const texts = (...names: string[]) => names.map(text).join(" + ");
  const range = `hour >= ${sqlTime(start)} AND hour < ${sqlTime(over)}`;
  const [rows] = await bigquery.query(`
    SELECT
      (SELECT SUM(16 + ${texts("url_key", "url", "host", "title")} + (
          SELECT SUM(${texts("id", "author", "kind", "source", "revision", "alias")})
          FROM UNNEST(events)
        )) FROM hourtally.url_hour_increments WHERE ${range}) AS increments,
      (SELECT SUM(16 + ${texts("url_key", "url", "host", "title")} + IF(closing.keys IS NULL, 24, 48))
        FROM hourtally.url_hour_totals WHERE ${range}) AS totals`);
  return byteRow.parse(rows[0]);
}
