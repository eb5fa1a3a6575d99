import { expect, test } from "vitest";
import { createRateLimit } from "../../../../../functions/serve-dashboard/http/limit-rate.ts";

test("lets a burst of two seconds through, and then so many a second", () => {
  let now = 1_000;
  const admit = createRateLimit(10, () => now);
  const admitted = () => Array.from({ length: 50 }, admit).filter(Boolean).length;
  expect(admitted()).toBe(20);
  now += 500;
  expect(admitted()).toBe(5);
  now += 60_000;
  expect(admitted()).toBe(20);
});
