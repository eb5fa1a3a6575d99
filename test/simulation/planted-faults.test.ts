import { expect, test } from "vitest";
import { type CaughtFault, catchFault, medianSeeds } from "./catch-faults.ts";
import { plantedFaults } from "./planted-faults.ts";

const settings = { firstSeed: 1, maxSeeds: 100, events: 400 };
const caught: CaughtFault[] = [];

test("there are at least 80, each with a name of its own", () => {
  expect(new Set(plantedFaults.map(({ name }) => name)).size).toBe(plantedFaults.length);
  expect(plantedFaults.length).toBeGreaterThanOrEqual(80);
});

test.each(plantedFaults)("caught by $sign: $name", { timeout: 120_000 }, async (fault) => {
  const result = await catchFault(fault, settings);
  expect(result.seeds).toBeLessThanOrEqual(settings.maxSeeds);
  caught.push(result);
});

test("all are caught, half of them soon", () => {
  expect(caught.map(({ name }) => name)).toEqual(plantedFaults.map(({ name }) => name));
  expect(medianSeeds(caught)).toBeLessThanOrEqual(2);
});
