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

describe("takes", () => {
  const bucket = { reads: ["landing/"], creates: ["a-b/c_2/"], replaces: [], why: "x" };

  test.each([
    ["a table with digits", { tables: { rows_2: "x", "all tables": "x", "all totals": "x" } }],
    [
      "words for tables and views that it queries",
      { queries: { a: "x", "all increments": "x", "all totals": "x", "all counts": "x" } },
    ],
    ["folders in folders", { buckets: { LAKE: bucket } }],
    ["the shortest and the longest times", { timeoutSeconds: 10 }],
    ["ten minutes", { timeoutSeconds: 600 }],
    ["none that is kept warm", { minInstances: 0 }],
    ["some that are kept warm", { minInstances: 3 }],
    ["gigabytes", { memory: "16Gi" }],
    [
      "delivery at once, and five times",
      { delivery: { minBackoffSeconds: 0, maxBackoffSeconds: 0, maxAttempts: 5 } },
    ],
    [
      "delivery every ten minutes, and a hundred times",
      { delivery: { minBackoffSeconds: 600, maxBackoffSeconds: 600, maxAttempts: 100 } },
    ],
  ])("%s", (_, change) => {
    expect(functionManifest.parse({ ...declared, ...change })).toMatchObject(change);
  });

  test("a bucket in which nothing is replaced", () => {
    const { replaces: _, ...access } = bucket;
    const { buckets } = functionManifest.parse({ ...declared, buckets: { LAKE: access } });
    expect(buckets).toEqual({ LAKE: bucket });
  });

  test.each(["0 * * * *", "*/10 0-6 1,15 * *", "59 23 31 12 6"])("the schedule %j", (schedule) => {
    const trigger = { http: "private", schedule };
    expect(functionManifest.parse({ ...declared, trigger }).trigger).toEqual(trigger);
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
  ["a folder of two slashes", { buckets: { LAKE: { reads: ["in//"], creates: [], why: "x" } } }],
  ["a folder from the root", { buckets: { LAKE: { reads: ["/in/"], creates: [], why: "x" } } }],
  ["a file for a folder", { buckets: { LAKE: { reads: ["in/a"], creates: [], why: "x" } } }],
  ["a bucket without a reason", { buckets: { LAKE: { reads: [], creates: [] } } }],
  ["a schedule behind words", { trigger: { http: "private", schedule: "at * * * * *" } }],
  ["a schedule before words", { trigger: { http: "private", schedule: "* * * * * UTC" } }],
  ["a table behind capitals", { tables: { Failed_events: "x" } }],
  ["a table before a hyphen", { tables: { "failed-events": "x" } }],
  ["four attempts", { delivery: { maxAttempts: 4 } }],
  ["a backoff below nothing", { delivery: { minBackoffSeconds: -1 } }],
  ["memory without a unit", { memory: "512" }],
  ["memory in a word", { memory: "about 512Mi" }],
  ["memory before a word", { memory: "512Mi or so" }],
  ["fewer instances than none", { minInstances: -1 }],
  ["a deadline of eleven minutes", { timeoutSeconds: 660 }],
  ["a deadline of nine seconds", { timeoutSeconds: 9 }],
])("refuses %s", (_, change) => {
  expect(() => functionManifest.parse({ ...declared, ...change })).toThrow(z.ZodError);
});

test.each([
  ["a topic", { archived: ["Texts"] }, "not the name of a topic"],
  ["a folder", { buckets: { LAKE: { reads: ["in"], creates: [], why: "x" } } }, "not a folder"],
])("says that a name is none of %s", (_, change, message) => {
  expect(() => functionManifest.parse({ ...declared, ...change })).toThrow(message);
});

test.each([
  ["a table", { tables: { "failed-events": "x" } }, "not the name of a table"],
  [
    "a schedule",
    { trigger: { http: "private", schedule: "every hour" } },
    "not five fields of cron",
  ],
])("says among what it could be that a text is none of %s", (_, change, message) => {
  const { error } = functionManifest.safeParse({ ...declared, ...change });
  expect(JSON.stringify(error?.issues)).toContain(message);
});
