import { describe, expect, test } from "vitest";
import { createWarehouse } from "../../simulation/create-warehouse.ts";
import { calm } from "../../simulation/draw-storm.ts";
import { allFaults, createWeather } from "../../simulation/weather.ts";
import { createRandom } from "../../support/create-random.ts";

/** A warehouse that is gone from 1 s to 2 s, and what was seen of it. */
function openWarehouse({ refusals = 0 } = {}) {
  const random = createRandom(1);
  const seen: string[] = [];
  let now = 0;
  const weather = createWeather({
    storm: { ...calm, refusals },
    random,
    now: () => now,
    stormEndsMs: 60_000,
    outage: { fromMs: 1_000, toMs: 2_000 },
    limits: allFaults,
  });
  const limits = { rows: 3, bytes: 100 };
  const warehouse = createWarehouse(random, weather, (sighting) => seen.push(sighting), limits);
  const at = (ms: number) => {
    now = ms;
    return warehouse;
  };
  return { at, seen };
}

const rows = (count: number) => Array.from({ length: count }, (_, n) => ({ n }));

describe("a warehouse", () => {
  test("stores rows with the time that they were given", () => {
    const { at, seen } = openWarehouse();
    expect(at(500).append("posts", rows(2), 400)).toEqual([]);
    expect(at(500).rows("posts")).toEqual([
      { n: 0, landed_at: 400 },
      { n: 1, landed_at: 400 },
    ]);
    expect([at(500).rowCounts()("posts"), at(500).rowCounts()("tombstones"), seen]).toEqual([
      2,
      0,
      [],
    ]);
  });

  test("refuses one to three rows of a request, any of them, and then stores none", () => {
    const { at, seen } = openWarehouse({ refusals: 1 });
    const answers = Array.from({ length: 200 }, () =>
      at(0)
        .append("posts", rows(3), 0)
        .map(({ index }) => index),
    );
    const counts = new Set(answers.map(({ length }) => length));
    expect(counts).toEqual(new Set([1, 2, 3]));
    expect(answers.every((indexes) => new Set(indexes).size === indexes.length)).toBe(true);
    const alone = answers.filter(({ length }) => length === 1).flat();
    expect(new Set(alone)).toEqual(new Set([0, 1, 2]));
    expect([at(0).rows("posts"), seen.length]).toEqual([[], 200]);
  });

  test("is gone for the outage, and stores nothing", () => {
    const { at, seen } = openWarehouse();
    expect(() => at(1_000).append("posts", rows(1), 0)).toThrow("the warehouse is gone");
    expect(() => at(1_999).append("posts", rows(1), 0)).toThrow("the warehouse is gone");
    expect(at(2_000).append("posts", rows(1), 0)).toEqual([]);
    expect([at(2_000).rows("posts").length, new Set(seen)]).toEqual([
      1,
      new Set(["rows came while the warehouse was gone"]),
    ]);
  });

  test("takes no request of too many rows or bytes, and a row alone whatever it has", () => {
    const { at } = openWarehouse();
    const wide = { text: "x".repeat(110) };
    expect(() => at(0).append("posts", rows(4), 0)).toThrow("request too large");
    expect(() => at(0).append("posts", [wide, wide], 0)).toThrow("request too large");
    expect(at(0).append("posts", [wide], 0)).toEqual([]);
  });
});
