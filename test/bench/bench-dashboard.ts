import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { buildFunctions } from "../../terraform/build-functions.ts";
import { hasBrowser, openBrowser } from "../support/open-browser.ts";
import { type ServedDashboard, serveDashboard } from "../support/serve-dashboard.ts";
import { type Effort, held, type Measurement, told } from "./measurement.ts";

const hourMs = 3_600_000;
/** In full and in a quick run. */
const increments = { full: 10_000_000, quick: 1_000_000 };
const days = 30;
const keys = 20_000;
const requestsPerSecond = 50;
const seconds = 10;

/** The page and its API over a month of counts: how fast, and how large. */
export async function benchDashboard({ quick }: Effort): Promise<Measurement[]> {
  await buildFunctions();
  const now = Math.floor(Date.now() / hourMs) * hourMs + hourMs / 2;
  const dashboard = await serveDashboard(now, { REQUESTS_PER_SECOND: "10000" });
  try {
    const events = quick ? increments.quick : increments.full;
    await fill(dashboard, now, events);
    const cold = await answerMs(dashboard, "/streams/url-mentions/top");
    const warm = await askSteadily(dashboard, now);
    const interactive = hasBrowser ? [await openSlowly(dashboard)] : [];
    return [
      held("dashboard, the page with everything, compressed", pageBytes()),
      told("dashboard, first ranking", cold, "ms", {
        of: `${events.toLocaleString("en")} increments`,
      }),
      held("dashboard, 95th percentile at 50 requests/s", warm),
      ...interactive,
    ];
  } finally {
    await dashboard.close();
  }
}

/** A month of links, of which few are shared often, as they stand when all hours but two are closed. */
async function fill({ bigquery }: ServedDashboard, now: number, events: number): Promise<void> {
  const newest = Math.floor(now / hourMs) * hourMs;
  const generated = `
    SELECT
      TIMESTAMP_SUB(TIMESTAMP_MILLIS(${newest}), INTERVAL MOD(n, ${days * 24}) HOUR) AS hour,
      CONCAT('example.com/', CAST(MOD(DIV(n, 720) * 7919 + MOD(n, 97), ${keys}) AS STRING)) AS url_key,
      n
    FROM UNNEST(GENERATE_ARRAY(1, ${events})) AS n`;
  const revision = "'01.00000000.01.300.000000'";
  await bigquery.query(`
    INSERT INTO hourtally.url_hour_increments (hour, url_key, url, host, events, landed_at)
    SELECT hour, url_key, CONCAT('https://', url_key), 'example.com',
      [STRUCT(CONCAT('x:', CAST(n AS STRING)) AS id, CONCAT('x:', CAST(MOD(n, 99991) AS STRING)) AS author,
        'post' AS kind, 'x' AS source, ${revision} AS revision, CAST(NULL AS STRING) AS alias)], hour
    FROM (${generated}) AS one`);
  await bigquery.query(`
    INSERT INTO hourtally.url_hour_totals (hour, revision, url_key, url, host, mentions, authors, originals)
    SELECT hour, 1, url_key, CONCAT('https://', url_key), 'example.com', COUNT(*), COUNT(*), COUNT(*)
    FROM (${generated}) AS one
    WHERE hour < TIMESTAMP_MILLIS(${newest - hourMs})
    GROUP BY hour, url_key`);
  await bigquery.query(`
    INSERT INTO hourtally.url_hour_totals (hour, revision, closing)
    SELECT hour, 1, STRUCT(hour AS watermark, hour AS first_landed_at, COUNT(DISTINCT url_key) AS \`keys\`,
      COUNT(*) AS events, 0 AS late, 0 AS fingerprint)
    FROM (${generated}) AS one
    WHERE hour < TIMESTAMP_MILLIS(${newest - hourMs})
    GROUP BY hour`);
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
    `/streams/url-mentions/top?from=${day}T03&to=${day}T04`,
    "/links/example.com%2F1",
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

/** Until the ranking is there and can be worked with, in a browser that is slowed four times. */
async function openSlowly({ url }: ServedDashboard): Promise<Measurement> {
  const browser = await openBrowser();
  const page = await browser.newPage();
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  await page.goto(url);
  await page.locator("table.top tbody tr").first().waitFor();
  const ms = Number(await page.evaluate("performance.now()"));
  await browser.close();
  return held("dashboard, interactive in a Chromium slowed four times", ms);
}

function pageBytes(): number {
  const folder = join(import.meta.dirname, "../../dist/serve-dashboard/page");
  const sent = readdirSync(folder).filter((name) => name.endsWith(".br"));
  return sent.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
