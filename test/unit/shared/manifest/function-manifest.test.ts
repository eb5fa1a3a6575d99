import { describe, expect, test } from "vitest";
import * as z from "zod";
import { functionManifest, triggersOf } from "../../../../shared/manifest/function-manifest.ts";

const declared = {
  description: "Counts words",
  trigger: { topics: ["texts"] },
  publishes: { "word-counts": "each word of a text" },
  environment: {},
  memory: "512Mi",
  cpu: 1,
  concurrency: 16,
  minInstances: 0,
  maxInstances: 10,
  timeoutSeconds: 60,
};

test("what a function.json leaves out has its default", () => {
  expect(functionManifest.parse(declared)).toEqual({
    ...declared,
    delivery: { minBackoffSeconds: 0.1, maxBackoffSeconds: 600, maxAttempts: 100 },
    archived: [],
    tables: {},
    queries: {},
    buckets: {},
    secrets: {},
  });
});

test("a delivery may differ in one setting", () => {
  const { delivery } = functionManifest.parse({ ...declared, delivery: { maxAttempts: 5 } });
  expect(delivery).toEqual({ minBackoffSeconds: 0.1, maxBackoffSeconds: 600, maxAttempts: 5 });
});

describe("a trigger", () => {
  test.each([
    [{ topics: ["texts", "all rows"] }, ["texts", "all rows"]],
    [{ http: "public" }, []],
    [{ http: "private" }, []],
    [{ http: "private", schedule: "*/10 * * * *" }, []],
  ])("%j", (trigger, topics) => {
    expect(triggersOf(functionManifest.parse({ ...declared, trigger }))).toEqual(topics);
  });
});

test.each([
  ["a key of no meaning", { topics: ["texts"] }],
  ["no topic at all", { trigger: { topics: [] } }],
  ["a topic in capitals", { trigger: { topics: ["Texts"] } }],
  ["words that stand for nothing", { trigger: { topics: ["all topics"] } }],
  ["increments, which trigger nothing", { trigger: { topics: ["all increments"] } }],
  ["a schedule for everybody", { trigger: { http: "public", schedule: "* * * * *" } }],
  ["a schedule of topics", { trigger: { topics: ["texts"], schedule: "* * * * *" } }],
  ["a schedule in words", { trigger: { http: "private", schedule: "every hour" } }],
  ["four fields of cron", { trigger: { http: "private", schedule: "* * * *" } }],
  ["a permission without a reason", { publishes: { "word-counts": "" } }],
  ["101 attempts", { delivery: { maxAttempts: 101 } }],
  ["eleven minutes of backoff", { delivery: { maxBackoffSeconds: 660 } }],
  ["a folder without a slash", { buckets: { LAKE: { reads: ["in"], creates: [], why: "x" } } }],
  ["a deadline of eleven minutes", { timeoutSeconds: 660 }],
])("refuses %s", (_, change) => {
  expect(() => functionManifest.parse({ ...declared, ...change })).toThrow(z.ZodError);
});
