import { fork } from "node:child_process";
import { once } from "node:events";
import { readdirSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { BigQuery } from "@google-cloud/bigquery";
import type { Browser } from "playwright-core";
import * as z from "zod";
import { closeStream } from "../../functions/close-hours/close-stream.ts";
import { createWarehouse } from "../../functions/close-hours/query-warehouse.ts";
import { urlMentions } from "../../shared/streams/url-mentions.ts";
import { ensureBuilt } from "../../terraform/ensure-built.ts";
import { hasBrowser, openBrowser } from "../support/open-browser.ts";
import { type ServedDashboard, serveDashboard } from "../support/serve-dashboard.ts";
import { fillDay, incrementColumns, repeatDay, totalColumns } from "./fill-increments.ts";
import { type Effort, held, type Measurement, told } from "./measurement.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Of a third of a million increments each: 10 million in full. */
const filledDays = { full: 30, quick: 3 };
const requestsPerSecond = 50;
const seconds = 10;

/** The page and its API over a month of counts, all closed: how fast, and how large. */
export async function benchDashboard({ quick }: Effort): Promise<Measurement[]> {
  await ensureBuilt();
  const now = Math.floor(Date.now() / hourMs) * hourMs + hourMs / 2;
  const directory = await mkdtemp(join(tmpdir(), "hourtally-bench-"));
  const warehouse = await startWarehouse(join(directory, "warehouse.duckdb"));
  const dashboard = await serveDashboard(now, { REQUESTS_PER_SECOND: "10000" }, warehouse);
  try {
    const days = quick ? filledDays.quick : filledDays.full;
    await fill(dashboard.bigquery, now, days);
    const cold = await answerMs(dashboard, "/streams/url-mentions/top");
    const warm = await askSteadily(dashboard, now);
    const interactive = hasBrowser ? [await openSlowly(dashboard)] : [];
    return [
      held("dashboard, the page with everything, compressed", pageBytes()),
      told("dashboard, first ranking", cold, "ms", { of: `${days} days of increments` }),
      held("dashboard, 95th percentile at 50 requests/s", warm),
      ...interactive,
    ];
  } finally {
    await dashboard.close();
    await rm(directory, { recursive: true });
  }
}

const addresses = z.object({ restUrl: z.string(), writeUrl: z.string() });

async function startWarehouse(database: string) {
  const child = fork(new URL("./serve-warehouse.ts", import.meta.url), [database]);
  const [message] = await once(child, "message");
  const stop = async () => {
    child.disconnect();
    await once(child, "exit");
  };
  return { ...addresses.parse(message), stop };
}

/** A month of links, of which few are shared often, up to the hour that goes on. */
async function fill(bigquery: BigQuery, now: number, days: number): Promise<void> {
  const start = Math.floor(now / hourMs) * hourMs - days * dayMs;
  await fillDay(bigquery, start);
  for (let day = 1; day < days; day++) await repeatDay(bigquery, incrementColumns, start, day);
  await closeStream(
    urlMentions,
    { now, until: Number.POSITIVE_INFINITY, range: { from: start, to: start + dayMs } },
    {
      warehouse: createWarehouse(bigquery, { dataset: "hourtally", maximumBytesBilled: "1" }),
      publish: async () => undefined,
      now: () => Date.now(),
      random: Math.random,
    },
  );
  for (let day = 1; day < days; day++) await repeatDay(bigquery, totalColumns, start, day);
}

async function answerMs({ url }: ServedDashboard, path: string): Promise<number> {
  const askedAt = performance.now();
  const answer = await fetch(`${url}/api/v1${path}`);
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${path} answers ${answer.status}`);
  return performance.now() - askedAt;
}

/** 95th percentile in ms of what a reader's page asks for, at a steady rate. */
async function askSteadily(dashboard: ServedDashboard, now: number): Promise<number> {
  const day = new Date(now - 24 * hourMs).toISOString().slice(0, 10);
  const paths = [
    "/streams",
    "/streams/url-mentions/top",
    "/streams/url-mentions/hours",
    "/streams/url-mentions/rising?limit=5",
    `/streams/url-mentions/top?from=${day}T03&to=${day}T04`,
    "/links/example.com%2Farticles%2F2026%2F1",
    "/health",
  ];
  for (const path of paths) await answerMs(dashboard, path);
  const answers: Promise<number>[] = [];
  for (let n = 0; n < requestsPerSecond * seconds; n += 1) {
    answers.push(answerMs(dashboard, paths[n % paths.length] ?? ""));
    dashboard.clock.now = now + (n * 1_000) / requestsPerSecond;
    await delay(1_000 / requestsPerSecond);
  }
  const sorted = (await Promise.all(answers)).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN;
}

/** Notes in the page when the ranking is there, and is drawn. */
const noteRanking = `
  new MutationObserver((_, observer) => {
    if (document.querySelector("table.top tbody tr") === null) return;
    observer.disconnect();
    // A timer that is set by a frame comes after that is laid out and painted.
    requestAnimationFrame(() => {
      setTimeout(() => { globalThis.interactiveMs = performance.now(); });
    });
  }).observe(document, { childList: true, subtree: true });`;

const openings = 5;

/**
 * Until the ranking is seen and can be worked with, in a browser that is slowed four times; each time in
 * a profile of its own, which has nothing cached. The median: the browser still starts during the first.
 */
async function openSlowly({ url }: ServedDashboard): Promise<Measurement> {
  const browser = await openBrowser();
  const taken: number[] = [];
  for (let n = 0; n < openings; n += 1) taken.push(await openOnce(browser, url));
  await browser.close();
  const median = taken.toSorted((a, b) => a - b)[Math.floor(openings / 2)] ?? Number.NaN;
  return held("dashboard, interactive in a Chromium slowed four times", median);
}

async function openOnce(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  await page.addInitScript(noteRanking);
  await page.goto(url);
  // A text would be compiled in the page, which its policy forbids.
  await page.waitForFunction(() => "interactiveMs" in globalThis);
  const ms = Number(await page.evaluate("globalThis.interactiveMs"));
  await context.close();
  return ms;
}

function pageBytes(): number {
  const folder = join(import.meta.dirname, "../../dist/serve-dashboard/page");
  const sent = readdirSync(folder).filter((name) => name.endsWith(".br"));
  return sent.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
