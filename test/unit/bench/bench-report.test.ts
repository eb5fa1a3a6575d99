import { describe, expect, test } from "vitest";
import {
  type BenchReport,
  countTargets,
  formatValue,
  judge,
  missingTargets,
  nameOf,
} from "../../bench/bench-report.ts";
import { held, told } from "../../bench/measurement.ts";

const start = (samples: number[]) => judge(held("cold start", samples, { of: "append-rows" }));
const report = (...figures: ReturnType<typeof judge>[]): BenchReport => ({
  measuredAt: "2026-11-28T12:00:00.000Z",
  machine: { cores: 2, model: "one", node: "v24.0.0" },
  quick: false,
  isWhole: true,
  runs: [{ name: "cold-start", seconds: 1, figures }],
});

describe("judge", () => {
  test("the median decides, not the round that was disturbed", () => {
    expect(start([340, 900, 310, 330, 300])).toMatchObject({
      median: 330,
      between: [310, 340],
      target: "≤ 350 ms",
      holds: true,
    });
    expect(start([340, 360, 380])).toMatchObject({ median: 360, holds: false });
  });

  test("of an even number of rounds the middle of two", () => {
    expect(start([100, 200, 300, 600])).toMatchObject({ median: 250, between: [175, 375] });
  });

  test("at least as much is enough, exactly as much too", () => {
    const speed = (value: number) =>
      judge(held("bucket-hours, mentions per second of CPU", value)).holds;
    expect([speed(199_999), speed(200_000)]).toEqual([false, true]);
  });

  test("what is only told has no verdict", () => {
    const { holds, target } = judge(told("rows", 3, "/s"));
    expect([holds, target]).toEqual([undefined, undefined]);
  });
});

test("targets are counted by figure, and those that nothing was measured for are named", () => {
  const one = report(start([300]), start([400]), judge(told("rows", 3, "/s")));
  const { held: good, missed } = countTargets(one);
  expect(good).toBe(1);
  expect(missed.map(({ median }) => median)).toEqual([400]);
  const missing = missingTargets(one);
  expect(missing).toContain("close-hours, with nothing to do");
  expect(missing).not.toContain("cold start");
  expect(missingTargets({ ...one, isWhole: false })).toEqual([]);
});

test.each([
  [told("rows", 1, "/s"), "rows"],
  [told("rows", 1, "/s", { of: "posts" }), "rows: posts"],
  [
    told("CPU a tweet", 1, "µs", { of: "functions", at: { axis: "tweets", value: 10_000 } }),
    "CPU a tweet: functions: 10,000 tweets",
  ],
])("%o is called %s", (measurement, name) => expect(nameOf(measurement)).toBe(name));

test.each([
  [0.456, "×", "0.46 ×"],
  [45.678, "ms", "45.7 ms"],
  [1234.5, "/s", "1,235 /s"],
])("%d %s is written %s", (value, unit, text) => expect(formatValue(value, unit)).toBe(text));
