import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { createRandom } from "../support/create-random.ts";
import { membersOf } from "./count-hours.ts";
import type { AskedQuery } from "./create-closing-tables.ts";
import { calm, failingClosings, frequentClosings, type Storm } from "./draw-storm.ts";
import { readFailingSeeds } from "./failing-seeds.ts";
import { generateInput } from "./generate-input.ts";
import { signOf } from "./judge-run.ts";
import { parseOptions } from "./parse-options.ts";
import { plantedFaults } from "./planted-faults.ts";
import { type Run, type RunSettings, runSeed } from "./run-seed.ts";
import { runSeeds } from "./run-seeds.ts";
import { shrinkFailure } from "./shrink-failure.ts";
import { suspensionPoints } from "./suspension-points.ts";

const slow = 600_000;
/** Of two in a row, one is for the points at which an instance may die, each after the other. */
const period = 2 * suspensionPoints.length;
/** Each of those points has its turn, and half as many seeds have none. */
const seeds = [...Array.from({ length: (3 / 4) * period }, (_, index) => index + 1), period];
const events = 200;

test(`${seeds.length} seeds and all that once failed: every count is exact`, {
  timeout: slow,
}, async () => {
  const plan = seeds.map((seed) => ({ seed, events }));
  const { failing, deaths, conservation, redriven, overlaps, verdict } = await runSeeds([
    ...(await readFailingSeeds()),
    ...plan,
  ]);
  expect(failing.map((one) => [one.run.seed, one.events, signOf(one.run.verdict)])).toEqual([]);
  expect(verdict).toMatchObject({
    lost: 0,
    duplicated: 0,
    unexpected: 0,
    conservationDifference: 0,
  });
  // The storms have done what they are for; where little comes by, it takes some turns more.
  const missed = suspensionPoints.filter((point) => deaths[point] === undefined);
  expect(missed.length).toBeLessThan(5);
  for (const point of missed) {
    const turns = [1, 2, 3, 4, 5, 6].map((turn) => turn * period + suspensionPoints.indexOf(point));
    let died = false;
    for (const seed of turns) {
      const run = await runSeed({ seed, events });
      expect([seed, run.isExact]).toEqual([seed, true]);
      died = run.deaths.has(point);
      if (died) break;
    }
    expect([point, died]).toEqual([point, true]);
  }
  expect(redriven).toBeGreaterThan(1_000);
  expect(overlaps).toBeGreaterThan(100);
  expect(conservation).toMatchObject({
    counted: expect.toSatisfy((count: number) => count > 10_000),
    failed: expect.toSatisfy((count: number) => count > 100),
  });
});

/** All rates at their highest, at the same time. */
const worst: Storm = {
  duplicates: 0.5,
  failures: 0.3,
  lateFailures: 0.1,
  lostAcknowledgements: 0.3,
  refusals: 0.1,
  crashes: 0.1,
  crashPoint: undefined,
  shuffleMs: 30 * 60_000,
  outageFromMs: 60_000,
  maxDeliveryAttempts: 5,
  mixedVersions: true,
  lateEvents: 1,
  poison: 0.05,
  repeats: 0.5,
  objects: true,
  breakOffs: 0.5,
  maxLinesPerMessage: 60,
  closings: 24,
  closeEveryMs: 10 * 60_000,
  twoClosers: 0.5,
  closingsDuringAppends: 10,
  paceMs: 60_000,
  replays: true,
  webhooks: true,
  smallLimits: true,
};

describe("exact, too", () => {
  const storms: [string, Storm][] = [
    ["in no storm", calm],
    [
      "when the warehouse is gone for 72 hours",
      { ...calm, outageFromMs: 0, maxDeliveryAttempts: 5 },
    ],
    ["with one event in twenty poisoned", { ...calm, poison: 0.05 }],
    ["with each message twice, on two live instances", { ...calm, duplicates: 1 }],
    ["when all is counted again from the archive", { ...calm, replays: true, lateFailures: 0.1 }],
    ["while hours are closed", { ...calm, ...frequentClosings, lateEvents: 0.5, repeats: 0.3 }],
    ["while closings fail", failingClosings],
    ["while two releases run", { ...worst, crashes: 0.02, failures: 0.1, mixedVersions: true }],
  ];
  test.each(storms)("%s", { timeout: slow }, async (_, storm) => {
    const run = await runSeed({ seed: 1, events: 200, storm });
    expect(run.problems).toEqual([]);
    expect(run.isExact).toBe(true);
    expect(run.errors).toEqual([]);
  });
});

describe("a storm does what it is for", () => {
  const runWith = (rates: Partial<Storm>, settings: Partial<RunSettings> = {}) =>
    runSeed({ seed: 1, events: 200, storm: { ...calm, ...rates }, ...settings });
  const receipts = ({ rows }: Run) => {
    const places = rows("posts").map(({ message_id, position }) =>
      [message_id, position].map(String).join(" "),
    );
    return { rows: places.length, places: new Set(places).size };
  };
  const inputOf = (rates: Partial<Storm>) =>
    generateInput(createRandom(1 + 0x1_0000_0000), 200, { ...calm, ...rates });
  const has = (run: Run, kind: string) =>
    run.faults.some((fault) => fault.includes(` ${kind} at `));

  test("none at all: each message is delivered once, and each item has one receipt", async () => {
    const run = await runWith({});
    expect(run.faults).toEqual([]);
    expect(run.messages).toBe(run.published);
    expect(receipts(run).rows).toBe(receipts(run).places);
  });

  test.each(["duplicates", "lostAcknowledgements"])("%s: each is a delivery more", async (rate) => {
    const run = await runWith({ [rate]: 0.3 });
    expect(run.faults.length).toBeGreaterThan(10);
    expect(run.messages).toBe(run.published + run.faults.length);
    expect(receipts(run).rows).toBeGreaterThan(receipts(run).places);
  });

  test("late failures have had their effect", async () => {
    const run = await runWith({ lateFailures: 0.2 });
    expect(has(run, "lateFailures")).toBe(true);
    expect(run.messages).toBeGreaterThan(run.published);
    expect(receipts(run).rows).toBeGreaterThan(receipts(run).places);
  });

  test("failures have none, and what failed is delivered again", async () => {
    const storm: Partial<Storm> = { failures: 0.2 };
    const at = (run: Run, point: string) =>
      run.faults.filter((fault) => fault.endsWith(` at ${point}`)).length;
    const run = await runWith(storm);
    expect(at(run, "append-rows.append posts")).toBeGreaterThan(0);
    expect(run.messages).toBeGreaterThan(run.published);
  });

  test.each(["before", "after"])("instances die %s an effect", async (when) => {
    const crashPoint = `append-rows.append posts, ${when}` as const;
    const run = await runWith({ crashPoint: pointNamed(crashPoint) });
    expect([...run.deaths.keys()]).toEqual([crashPoint]);
    const { rows, places } = receipts(run);
    if (when === "after") expect(rows).toBeGreaterThan(places);
    else expect(run.messages).toBeGreaterThan(run.published);
  });

  test("rows are refused, kept and sent again", async () => {
    const run = await runWith({ refusals: 0.1 });
    expect(has(run, "refusals")).toBe(true);
    const refused = run.rows("failed_events").filter(({ reason }) => reason === "row-refused");
    expect(refused.length).toBeGreaterThan(0);
    expect(run.redriven).toBeGreaterThanOrEqual(refused.length);
  });

  test("the warehouse is gone: messages are given up, kept and sent again", async () => {
    const run = await runWith({ outageFromMs: 0, maxDeliveryAttempts: 5 });
    expect([run.faults, run.redriven > 10]).toEqual([[], true]);
  });

  test("poison fails, and fails again", async () => {
    expect((await runWith({ poison: 0.05 })).redriven).toBeGreaterThan(10);
  });

  test("webhooks are posted until they are taken, and forged ones are not", async () => {
    const storm: Partial<Storm> = { webhooks: true, lostAcknowledgements: 0.3, failures: 0.1 };
    const run = await runWith(storm);
    const { webhooks } = inputOf(storm);
    expect(new Set(webhooks.map(({ scheme }) => scheme))).toEqual(new Set(["x", "standard"]));
    const forged = webhooks.filter(({ isForged }) => isForged);
    expect(forged.length).toBeGreaterThan(0);
    expect(has(run, "failures") && run.isExact).toBe(true);
    expect(run.faults.some((fault) => fault.endsWith(" at receive-webhook.publish"))).toBe(true);
    expect(run.faults.some((fault) => / lostAcknowledgements at msg_/.test(fault))).toBe(true);
    expect(run.received).toBe(webhooks.length - forged.length);
    const twice = await runWith({ webhooks: true, duplicates: 1 });
    expect(twice.posts).toBe(2 * webhooks.length);
    // Each of those faults is a body that is published once more.
    expect(receipts(run).rows).toBeGreaterThan(receipts(await runWith({ webhooks: true })).rows);
  });

  test("limits are small: appends are more, and failed events have parts", async () => {
    const outage = { outageFromMs: 0, maxDeliveryAttempts: 5 };
    const [wide, narrow] = [await runWith(outage), await runWith({ ...outage, smallLimits: true })];
    const partsOf = ({ rows }: Run) =>
      rows("failed_events").filter(({ reason, parts }) => {
        return reason === "retries-exhausted" && Number(parts) > 1;
      });
    expect([partsOf(wide).length, wide.isExact]).toEqual([0, true]);
    expect([partsOf(narrow).length > 20, narrow.isExact]).toEqual([true, true]);
    const rowsOf = ({ rows }: Run) => rows("posts").length;
    const calmest = await runWith({});
    const limited = await runWith({ smallLimits: true });
    expect(rowsOf(limited)).toBe(rowsOf(calmest));
    expect(limited.appends).toBeGreaterThan(1.5 * calmest.appends);
  });

  test("two releases run at once, and only then", async () => {
    const rules = ({ rows }: Run) =>
      new Set(
        rows("url_hour_increments").flatMap((row) =>
          membersOf(row).map(({ revision }) => String(revision).slice(0, 2)),
        ),
      );
    expect(rules(await runWith({}))).toEqual(new Set(["02"]));
    expect(rules(await runWith({ mixedVersions: true }))).toEqual(new Set(["02", "03"]));
  });

  test("two instances have one message in hand", async () => {
    expect((await runWith({ duplicates: 1 })).overlaps).toBeGreaterThan(10);
    expect((await runWith({})).overlaps).toBe(0);
  });

  test("readings of files break off", async () => {
    const run = await runWith({ objects: true, breakOffs: 1, maxDeliveryAttempts: 5 });
    expect(has(run, "breakOffs")).toBe(true);
  });

  test("events are late by days", async () => {
    const hoursOf = ({ rows }: Run) => rows("url_hour_increments").map(({ hour }) => String(hour));
    const [calmest, late] = [await runWith({}), await runWith({ lateEvents: 0.5 })];
    const spanOf = (run: Run) => new Set(hoursOf(run).map((hour) => hour.slice(0, 10))).size;
    expect(spanOf(calmest)).toBeLessThanOrEqual(2);
    expect(spanOf(late)).toBeGreaterThan(5);
  });

  test("hours are closed again, also by two at once", async () => {
    const revisions = new Map<number, Set<number>>();
    let revised = 0;
    const onQuery = (query: AskedQuery) => {
      if (query.query !== "writeTotals") return;
      for (const { hour, revision } of query.answer.headers) {
        const known = revisions.get(hour) ?? new Set();
        revisions.set(hour, known.add(revision));
        if (known.size > 1) revised += 1;
      }
    };
    const run = await runWith(
      { ...frequentClosings, lateEvents: 0.3, repeats: 0.3 },
      { onQuery, events: 300 },
    );
    expect(run.isExact).toBe(true);
    expect(revised).toBeGreaterThan(5);
  });

  test("the worst is all of it, and exact, too", { timeout: slow }, async () => {
    const run = await runSeed({ seed: 1, events: 200, storm: worst });
    expect([run.problems, run.isExact, run.errors]).toEqual([[], true, []]);
    expect(run.deaths.size).toBeGreaterThan(10);
    expect(run.messages).toBeGreaterThan(5 * (await runWith({})).messages);
  });
});

const pointNamed = (name: string) => suspensionPoints.find((point) => point === name);

describe("the same seed", () => {
  test.each([3, 17, 42])("%i is the same run, every time", { timeout: slow }, async (seed) => {
    const first = await runSeed({ seed, events: 150 });
    const other = await runSeed({ seed: seed + 1, events: 150 });
    const second = await runSeed({ seed, events: 150 });
    expect(second.traceHash).toBe(first.traceHash);
    expect(second.hours).toBe(first.hours);
    expect(other.traceHash).not.toBe(first.traceHash);
  });

  test("is the same run with objects, whose inflating takes real time", {
    timeout: slow,
  }, async () => {
    const storm = { ...worst, failures: 0.1, crashes: 0.05 };
    const first = await runSeed({ seed: 8, events: 150, storm });
    const second = await runSeed({ seed: 8, events: 150, storm });
    expect(second.traceHash).toBe(first.traceHash);
  });

  test("is the same run in another process", { timeout: slow }, async () => {
    const command = [join(import.meta.dirname, "simulate.ts"), "--seed", "5", "--events", "200"];
    const { stdout } = await promisify(execFile)(process.execPath, [...command, "--json"]);
    const report = z
      .object({ traceHash: z.string(), verdict: z.record(z.string(), z.literal(0)) })
      .parse(JSON.parse(stdout));
    expect(report.traceHash).toBe((await runSeed({ seed: 5, events: 200 })).traceHash);
  });
});

test("a failing run is made smaller, and still fails", { timeout: slow }, async () => {
  const planted = plantedFaults.find(({ name }) => name === "swallows errors of publishing");
  const storm = { ...worst, outageFromMs: undefined };
  const twists = planted?.twists ?? {};
  const failing = await runSeed({ seed: 2, events: 40, storm, twists });
  expect(failing.isExact).toBe(false);
  const minimal = await shrinkFailure(failing, 40, { twists });
  expect(minimal.events).toBeLessThan(25);
  expect(minimal.faults.length).toBeLessThan(failing.faults.length / 10);
  expect(minimal.problems).not.toEqual([]);
});

describe("the command line", () => {
  test("has defaults", () => {
    expect(parseOptions([])).toEqual({
      firstSeed: 1,
      seeds: 100,
      events: 1_000,
      planted: false,
      keep: true,
      json: false,
    });
  });

  test("runs one seed when one is named", () => {
    expect(parseOptions(["--seed", "7"])).toMatchObject({ firstSeed: 7, seeds: 1 });
    expect(parseOptions(["--seed", "7", "--no-keep"])).toMatchObject({ keep: false });
    expect(parseOptions(["--seed", "7", "--seeds", "3"])).toMatchObject({ firstSeed: 7, seeds: 3 });
  });

  test.each([
    ["--seeds", "0"],
    ["--events", "many"],
    ["--seed", "-1"],
    ["--sed", "1"],
  ])("refuses %s %s", (...args) => {
    expect(() => parseOptions(args)).toThrow(args[0]);
  });
});
