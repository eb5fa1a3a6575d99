import { expect, test } from "vitest";
import { type CaughtFault, catchFault, medianSeeds } from "./catch-faults.ts";
import { plantedFaults } from "./planted-faults.ts";

const settings = { maxSeeds: 100, events: 400 };
const caught: CaughtFault[] = [];

test("there are at least 80, each with a name of its own", () => {
  expect(new Set(plantedFaults.map(({ name }) => name)).size).toBe(plantedFaults.length);
  expect(plantedFaults.length).toBeGreaterThanOrEqual(80);
});

test.each(plantedFaults)("caught by $sign: $name", { timeout: 120_000 }, async (fault) => {
  // From the first seed on, `npm run simulate -- --planted` goes.
  const result = await catchFault(fault, { ...settings, firstSeed: fault.seed ?? 1 });
  expect(result.seeds).toBeLessThanOrEqual(settings.maxSeeds);
  caught.push(result);
});

test("all are caught, half of them soon", () => {
  expect(caught.map(({ name }) => name)).toEqual(plantedFaults.map(({ name }) => name));
  expect(medianSeeds(caught)).toBeLessThanOrEqual(2);
});
