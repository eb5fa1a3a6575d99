import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  alertConditions,
  computeCost,
  totalOf,
} from "../../../../terraform/operate/cost/compute-cost.ts";
import type { MeasuredRun } from "../../../../terraform/operate/cost/measure-tweets.ts";
import { measureTweets } from "../../../../terraform/operate/cost/measure-tweets.ts";
import { parseModule, readTerraformFiles } from "../../../support/terraform/read-configuration.ts";

const terraform = join(import.meta.dirname, "../../../../terraform");

const resources = { memory: "256Mi", cpu: 1, concurrency: 16 };
const functions = [
  { name: "normalize-tweets", trigger: { topics: ["tweets"] }, ...resources },
  { name: "bucket-hours", trigger: { topics: ["url-mentions"] }, ...resources },
  { name: "append-rows", trigger: { topics: ["append-posts", "failed-events"] }, ...resources },
  { name: "receive-webhook", trigger: { http: "public" }, ...resources },
];

/** 1,000 tweets of 1 KiB in ten messages, and as many bytes again on the topics after. */
const run: MeasuredRun = {
  tweets: 1_000,
  functions: {
    "normalize-tweets": { requests: 10, bursts: 10, cpuSeconds: 0.05, logBytes: 2_000 },
    "bucket-hours": { requests: 10, bursts: 10, cpuSeconds: 0.01, logBytes: 1_000 },
    "append-rows": { requests: 20, bursts: 10, cpuSeconds: 0.02, logBytes: 2_000 },
  },
  messages: {
    tweets: Array.from({ length: 10 }, () => 102_400),
    "append-posts": Array.from({ length: 10 }, () => 102_400),
  },
  rowBytes: 512_000,
};

describe("computeCost", () => {
  test("nothing but alerts at no tweets", () => {
    const cost = computeCost(run, { tweets: 0, functions });
    expect(cost).toMatchObject({ "Pub/Sub": 0, "Cloud Run requests": 0, "BigQuery writes": 0 });
    expect(totalOf(cost)).toBeCloseTo(1.2, 10);
  });

  test("2^30 tweets: 1 TiB in, as much again between, twice 40 dollars each", () => {
    const cost = computeCost(run, { tweets: 2 ** 30, functions });
    // 4 TiB at $40, less 10 GiB.
    expect(cost["Pub/Sub"]).toBeCloseTo(159.609375, 6);
    // 1 TiB at $50, kept for $0.02 a GiB, in 8,192 objects.
    expect(cost["raw archive"]).toBeCloseTo(50 + 20.48 + 0.04096, 6);
    // 0.5 TiB of rows: within the 2 TiB that are free to write, not to keep.
    expect(cost["BigQuery writes"]).toBe(0);
    expect(cost["BigQuery storage"]).toBeCloseTo((512 - 10) * 0.02, 6);
    // 40 requests for 1,000 tweets.
    expect(cost["Cloud Run requests"]).toBeCloseTo((42.94967296 - 2) * 0.4, 6);
  });

  test("a small message is billed as 1,000 bytes", () => {
    const small: MeasuredRun = {
      ...run,
      messages: { tweets: Array.from({ length: 1_000 }, () => 10) },
    };
    const cost = computeCost(small, { tweets: 2 ** 40, functions });
    expect(cost["Pub/Sub"]).toBeCloseTo((2 * 1_000 - 10 / 1_024) * 40, 3);
  });

  test("few requests are billed by time, many by CPU", () => {
    const [normalizer = functions[0]] = functions;
    if (normalizer === undefined) throw new Error("no function");
    const cost = (tweets: number) =>
      computeCost(run, { tweets, functions: [normalizer] })["Cloud Run instances"];
    // 5 M requests of 0.1 s, alone on their instance: 500,000 s of 1 vCPU and 0.25 GiB.
    expect(cost(500_000_000)).toBeCloseTo((500_000 - 180_000) * 0.000024, 6);
    // Two messages of one request, at the same time: 5 M times 0.1 s, and twice the requests.
    const [, , appender = normalizer] = functions;
    const appended = computeCost(run, { tweets: 500_000_000, functions: [appender] });
    expect(appended["Cloud Run instances"]).toBeCloseTo((500_000 - 180_000) * 0.000024, 6);
    expect(appended["Cloud Run requests"]).toBeCloseTo((10 - 2) * 0.4, 6);
    // 10^9 requests of 8 ms CPU at half utilization: 16 Ms; by time at 16 at once: 6.25 Ms.
    expect(cost(1e11)).toBeCloseTo((16e6 - 180_000) * 0.000024 + (4e6 - 360_000) * 0.0000025, 2);
  });
});

test("alerts are counted as they are deployed", async () => {
  const root = await parseModule(readTerraformFiles(terraform));
  const alerts = [...String(root.locals.alerts).matchAll(/^ {4}[a-z-]+ = \{$/gm)];
  expect(alerts).toHaveLength(alertConditions);
});

test("generated tweets are measured on their whole way", async () => {
  const measured = await measureTweets({ tweets: 1_000, pack: 100 });
  expect(measured.tweets).toBe(1_000);
  expect(measured.messages.tweets).toHaveLength(10);
  expect(measured.functions["normalize-tweets"]?.requests).toBe(10);
  expect(measured.functions["append-rows"]?.requests).toBeGreaterThanOrEqual(20);
  expect(measured.rowBytes).toBeGreaterThan(100_000);
  for (const { cpuSeconds, logBytes } of Object.values(measured.functions)) {
    expect(cpuSeconds).toBeGreaterThan(0);
    expect(logBytes).toBeGreaterThan(0);
  }
});

test("the README has the table for 0, 1 M, 100 M and 10 B tweets a month", () => {
  const readme = readFileSync(join(terraform, "README.md"), "utf8");
  expect(readme).toContain("| tweets a month | 0 | 1,000,000 | 100,000,000 | 10,000,000,000 |");
});
