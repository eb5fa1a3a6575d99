import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { naiveCost, noCodeCost } from "../../../../terraform/operate/cost/compare-designs.ts";
import {
  alertConditions,
  computeCost,
  totalOf,
} from "../../../../terraform/operate/cost/compute-cost.ts";
import type { MeasuredRun } from "../../../../terraform/operate/cost/measure-tweets.ts";
import { measureTweets } from "../../../../terraform/operate/cost/measure-tweets.ts";
import { planLoad, type TweetLoad } from "../../../../terraform/operate/cost/plan-load.ts";
import { priceQueries } from "../../../../terraform/operate/cost/price-queries.ts";
import { referenceLoad } from "../../../../terraform/operate/cost/reference-load.ts";
import { renderLimits, renderPlan } from "../../../../terraform/operate/cost/render-plan.ts";
import { readManifests } from "../../../../terraform/read-manifests.ts";
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
  rowBytes: { posts: 400_000, url_hour_increments: 112_000 },
  receiptBytes: 300_000,
  plainBytes: 1_024_000,
  indexRows: 500,
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

  test("indices: three a stream of links and interactions, each hour twice", () => {
    // 4,320 exports of 10 MiB are free to query; four writes each; 40 KB kept.
    expect(computeCost(run, { tweets: 1_000, functions }).indices).toBeCloseTo(0.0864, 5);
    // 2^30 tweets: 0.5 * 2^30 rows of 80 bytes are 40 GiB, queried twice, which is free, and kept.
    expect(computeCost(run, { tweets: 2 ** 30, functions }).indices).toBeCloseTo(0.0864 + 0.8, 6);
    // 2^36 tweets: 2.5 TiB, queried twice.
    expect(computeCost(run, { tweets: 2 ** 36, functions }).indices).toBeCloseTo(
      0.0864 + 4 * 6.25 + 2_560 * 0.02,
      6,
    );
    expect(computeCost(run, { tweets: 0, functions }).indices).toBe(0);
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
  expect(measured.receiptBytes).toBeGreaterThan(100_000);
  // Beside a receipt, its row has the words of its text once more.
  expect(measured.rowBytes.posts).toBeGreaterThan(1.2 * measured.receiptBytes);
  expect(measured.indexRows).toBeGreaterThan(100);
  for (const { cpuSeconds, logBytes } of Object.values(measured.functions)) {
    expect(cpuSeconds).toBeGreaterThan(0);
    expect(logBytes).toBeGreaterThan(0);
  }
});

describe("the README", () => {
  const readme = readFileSync(join(terraform, "README.md"), "utf8");

  test("has the table for 0, 1 M, 100 M and 10 B tweets a month", () => {
    expect(readme).toContain("| tweets a month | 0 | 1,000,000 | 100,000,000 | 10,000,000,000 |");
  });

  test("of the project tells the same sums", () => {
    const first = readFileSync(join(terraform, "../README.md"), "utf8");
    const [, sums = "none"] = /^\| \*\*together\*\* \| (.+) \|$/m.exec(readme) ?? [];
    expect(first).toContain(`| all of it | ${sums.replaceAll("*", "")} |`);
  });

  test("has the limits as they follow from quotas, functions and the reference load", async () => {
    expect(readme).toContain(renderLimits(referenceLoad, await readManifests()));
  });
});

describe("planLoad", () => {
  const load: TweetLoad = {
    cpuSeconds: { "normalize-tweets": 100e-6, "append-rows": 50e-6 },
    messageBytes: 400,
    rowBytes: 600,
    incrementBytes: 200,
  };
  const limits = planLoad(load, [
    { name: "normalize-tweets", cpu: 1, maxInstances: 20 },
    { name: "append-rows", cpu: 1, maxInstances: 2 },
    { name: "serve-dashboard", cpu: 1, maxInstances: 4 },
  ]);
  const metAt = (name: string) => limits.find(({ limit }) => limit === name)?.metAt;

  test("what is met first comes first", () => {
    expect(limits.map((one) => one.metAt)).toEqual(
      limits.map((one) => one.metAt).toSorted((a, b) => a - b),
    );
    // 2 vCPUs, half of them of use, 50 µs each.
    expect(limits[0]).toMatchObject({ limit: "instances of append-rows", metAt: 20_000 });
  });

  test("each limit is met where the load of a tweet fills it", () => {
    expect(metAt("instances of normalize-tweets")).toBeCloseTo(100_000, 6);
    expect(metAt("vCPUs of Cloud Run in a region")).toBeCloseTo(20 / 300e-6, 3);
    expect(metAt("Pub/Sub push, bytes delivered")).toBeCloseTo(1_100_000, 3);
    expect(metAt("Storage Write API, bytes")).toBeCloseTo(500_000, 3);
    // 1,000 connections are 166 instances with six each, of which each appends 10,000 tweets a second.
    expect(metAt("Storage Write API, connections")).toBeCloseTo((1_000 / 6) * 10_000, 3);
    // 100 GiB of 3,600 seconds of 200 bytes.
    expect(metAt("bytes of one query that closes an hour")).toBeCloseTo(149_130.8, 1);
  });

  test("a function that tweets do not pass through is no limit", () => {
    expect(metAt("instances of serve-dashboard")).toBeUndefined();
  });

  test("the plan names the first limit and what helps, or that there is none", () => {
    const functions = [{ name: "append-rows", cpu: 1, maxInstances: 2 }];
    const tight = renderPlan(load, functions, 1_000_000);
    expect(tight).toContain("1,000,000 tweets/s, 86B a day:");
    expect(tight).toContain("! instances of append-rows: 50 times 2, ours: raise");
    expect(tight).toContain("First limit: instances of append-rows (2, ours), at 20,000 tweets/s.");
    expect(renderPlan(load, functions, 100)).toContain(
      "Nothing is met before 20,000 tweets/s: instances of append-rows.",
    );
  });
});

describe("designs", () => {
  const plain = { bytes: 2_048, rowBytes: 512 };

  test("one insert a tweet pays a request, 100 ms and a row of 1 KiB for each", () => {
    const cost = naiveCost(plain, 2 ** 30);
    expect(cost["Pub/Sub"]).toBeCloseTo((4 - 10 / 1_024) * 40, 6);
    expect(cost["Cloud Run requests"]).toBeCloseTo((1_073.741824 - 2) * 0.4, 6);
    expect(cost["BigQuery writes"]).toBeCloseTo(1_024 * 0.05, 6);
    expect(cost["BigQuery storage"]).toBeCloseTo((512 - 10) * 0.02, 6);
    // 41 instances' worth of requests at once share their time; CPU of 3 ms at half use is more.
    expect(cost["Cloud Run instances"]).toBeGreaterThan(2 ** 30 * 0.006 * 0.000024 - 10);
  });

  test("no function: once published, once through the subscription", () => {
    expect(noCodeCost(plain, 2 ** 30)["Pub/Sub"]).toBeCloseTo((2 - 10 / 1_024) * 40 + 2 * 50, 6);
  });

  test("a tweet of a few bytes is billed as 1,000", () => {
    const tiny = noCodeCost({ bytes: 10, rowBytes: 10 }, 2 ** 40);
    expect(tiny["Pub/Sub"]).toBeCloseTo((1_000 - 10 / 1_024) * 40 + 1_000 * 50, 3);
  });
});

test("a query of the page costs the same after three years, one over everything does not", () => {
  const kept = { incrementBytes: 200, naiveBytes: 500 };
  const [first, last] = [1, 36].map((months) =>
    priceQueries(kept, { tweets: 2 ** 30 * 30, months }),
  );
  // Three days of increments and a twentieth of a day of totals: 610 GiB at $6.25 a TiB.
  expect(first?.["page: what is shared now"]).toBeCloseTo((610 / 1_024) * 6.25, 6);
  expect(last?.["page: what is shared now"]).toBe(first?.["page: what is shared now"]);
  expect(first?.["naive pipeline: any of them"]).toBeCloseTo((15_000 / 1_024) * 6.25, 6);
  expect(last?.["naive pipeline: any of them"]).toBeCloseTo((36 * 15_000 * 6.25) / 1_024, 4);
  expect(last?.["analyst: every hour there was"]).toBeCloseTo(((600 + 10_800) / 1_024) * 6.25, 6);
});
