import { expect, test } from "vitest";
import { median, quantile, ratioToFloor, roundsOf, warmUp } from "../../bench/measurement.ts";

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[7], 7],
])("the median of %j is %d", (values, middle) => expect(median(values)).toBe(middle));

test("a quartile lies between its neighbours by proportion", () => {
  expect(quantile([10, 20, 30, 40], 0.25)).toBe(17.5);
});

test("a quick run has three rounds, and never more than a usual one", () => {
  expect([roundsOf({ quick: true }, 7), roundsOf({ quick: true }, 2)]).toEqual([3, 2]);
  expect(roundsOf({ quick: false }, 7)).toBe(7);
});

test("ratios are taken pair by pair, after rounds of two seconds of CPU that only warm up", async () => {
  const floors = [1_200, 900, 10, 20, 30].values();
  const works = [2_000, 20, 80, 40].values();
  const next = (values: Iterator<number>) => async () => values.next().value ?? 0;
  expect(await ratioToFloor(3, next(floors), next(works))).toEqual({
    ratios: [0.5, 0.25, 0.75],
    floorMs: 20,
    workMs: 40,
  });
});

test("what costs nothing is warmed up fifty times", async () => {
  let runs = 0;
  await warmUp(async () => {
    runs += 1;
    return 0;
  });
  expect(runs).toBe(50);
});
