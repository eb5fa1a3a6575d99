import { expect, test } from "vitest";
import { type CaughtFault, catchFault, medianSeeds } from "./catch-faults.ts";
import { exactVerdict } from "./judge-run.ts";
import { plantedFaults } from "./planted-faults.ts";

const settings = { maxSeeds: 100, events: 200 };
const caught: CaughtFault[] = [];

test("there are at least 125, each with a name of its own", () => {
  expect(new Set(plantedFaults.map(({ name }) => name)).size).toBe(plantedFaults.length);
  expect(plantedFaults.length).toBeGreaterThanOrEqual(125);
});

test("every sign has a fault that it must tell of", () => {
  const signs = new Set(plantedFaults.map(({ sign }) => sign));
  expect([...signs].toSorted()).toEqual(Object.keys(exactVerdict).toSorted());
});

test.each(plantedFaults)("caught by $sign: $name", async (fault) => {
  // Seeds before the named one miss it; they count as tried.
  const firstSeed = fault.seed ?? 1;
  const result = await catchFault(fault, { ...settings, firstSeed });
  const seeds = (result.seeds ?? Number.POSITIVE_INFINITY) + firstSeed - 1;
  expect(seeds).toBeLessThanOrEqual(settings.maxSeeds);
  caught.push({ ...result, seeds });
});

test("all are caught, half of them soon", () => {
  expect(caught.map(({ name }) => name)).toEqual(plantedFaults.map(({ name }) => name));
  expect(medianSeeds(caught)).toBeLessThanOrEqual(2);
});
