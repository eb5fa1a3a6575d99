import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { calm, type Storm } from "./draw-storm.ts";
import { readFailingSeeds } from "./failing-seeds.ts";
import { signOf } from "./judge-run.ts";
import { parseOptions } from "./parse-options.ts";
import { plantedFaults } from "./planted-faults.ts";
import { runSeed } from "./run-seed.ts";
import { runSeeds } from "./run-seeds.ts";
import { shrinkFailure } from "./shrink-failure.ts";
import { suspensionPoints } from "./suspension-points.ts";

const slow = 300_000;
const seeds = Array.from({ length: 200 }, (_, index) => ({ seed: index + 1, events: 300 }));

test(`${seeds.length} seeds and all that once failed: every count is exact`, {
  timeout: slow,
}, async () => {
  const { failing, deaths, conservation, redriven, overlaps, verdict } = await runSeeds([
    ...(await readFailingSeeds()),
    ...seeds,
  ]);
  expect(failing.map(({ run, events }) => [run.seed, events, signOf(run.verdict)])).toEqual([]);
  expect(verdict).toMatchObject({
    lost: 0,
    duplicated: 0,
    unexpected: 0,
    conservationDifference: 0,
  });
  // The storms have done what they are for.
  expect(suspensionPoints.filter((point) => deaths[point] === undefined)).toEqual([]);
  expect(redriven).toBeGreaterThan(1_000);
  expect(overlaps).toBeGreaterThan(100);
  expect(conservation).toMatchObject({
    counted: expect.toSatisfy((count: number) => count > 15_000),
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
};
/** Hours are closed while the input still comes, by two at once half of the time. */
const closings = {
  closings: 24,
  closeEveryMs: 10 * 60_000,
  twoClosers: 0.5,
  closingsDuringAppends: 10,
  paceMs: 20 * 60_000,
};

describe("exact, too", () => {
  const storms: [string, Storm][] = [
    ["in no storm", calm],
    ["in the worst storm", worst],
    [
      "when the warehouse is gone for 72 hours",
      { ...calm, outageFromMs: 0, maxDeliveryAttempts: 5 },
    ],
    ["with one event in twenty poisoned", { ...calm, poison: 0.05 }],
    ["with each message twice, on two live instances", { ...calm, duplicates: 1 }],
    ["while hours are closed", { ...calm, ...closings, lateEvents: 0.5, repeats: 0.3 }],
    ["while closings fail", { ...calm, ...closings, lateEvents: 0.5, failures: 0.2, crashes: 0.1 }],
    ["while two releases run", { ...worst, crashes: 0.02, failures: 0.1, mixedVersions: true }],
  ];
  test.each(storms)("%s", { timeout: slow }, async (_, storm) => {
    for (let seed = 1; seed <= 5; seed++) {
      const run = await runSeed({ seed, events: 400, storm });
      expect(run.problems).toEqual([]);
      expect(run.isExact).toBe(true);
      expect(run.errors).toEqual([]);
    }
  });
});

test("a storm does what it is for: outage, poison and worst", { timeout: slow }, async () => {
  const faultsOf = async (storm: Storm) => runSeed({ seed: 1, events: 400, storm });
  expect((await faultsOf(calm)).faults).toEqual([]);
  // Nothing but the outage, and yet messages were given up, kept and sent again.
  const gone = await faultsOf({ ...calm, outageFromMs: 0, maxDeliveryAttempts: 5 });
  expect([gone.faults, gone.redriven > 10]).toEqual([[], true]);
  const poisoned = await faultsOf({ ...calm, poison: 0.05 });
  expect(poisoned.redriven).toBeGreaterThan(10);
  const stormy = await faultsOf(worst);
  expect(stormy.deaths.size).toBeGreaterThan(10);
  expect(stormy.messages).toBeGreaterThan(5 * (await faultsOf(calm)).messages);
});

describe("the same seed", () => {
  test.each([3, 17, 42])("%i is the same run, every time", { timeout: slow }, async (seed) => {
    const first = await runSeed({ seed, events: 300 });
    await runSeed({ seed: seed + 1, events: 200 });
    const second = await runSeed({ seed, events: 300 });
    expect(second.traceHash).toBe(first.traceHash);
    expect(second.hours).toBe(first.hours);
    expect((await runSeed({ seed: seed + 1, events: 300 })).traceHash).not.toBe(first.traceHash);
  });

  test("is the same run with objects, whose inflating takes real time", {
    timeout: slow,
  }, async () => {
    const storm = { ...worst, failures: 0.1, crashes: 0.05 };
    const first = await runSeed({ seed: 8, events: 2_000, storm });
    const second = await runSeed({ seed: 8, events: 2_000, storm });
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
  const failing = await runSeed({ seed: 1, events: 300, storm, twists });
  expect(failing.isExact).toBe(false);
  const minimal = await shrinkFailure(failing, 300, { twists });
  expect(minimal.events).toBeLessThan(100);
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
