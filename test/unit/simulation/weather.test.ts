import { describe, expect, test } from "vitest";
import { calm, type Storm } from "../../simulation/draw-storm.ts";
import { allFaults, createWeather, type FaultLimits } from "../../simulation/weather.ts";
import { createRandom } from "../../support/create-random.ts";

const point = "append-rows.append posts, after";
const elsewhere = "append-rows.append posts, before";

/** The weather of a storm that ends after a minute. */
function forecast(rates: Partial<Storm>, limits: FaultLimits = allFaults) {
  let now = 0;
  const weather = createWeather({
    storm: { ...calm, ...rates },
    random: createRandom(1),
    now: () => now,
    stormEndsMs: 60_000,
    outage: { fromMs: 1_000, toMs: 2_000 },
    limits,
  });
  const at = (ms: number) => {
    now = ms;
    return weather;
  };
  return { weather, at };
}

const often = (happens: () => boolean, times = 1_000): number =>
  Array.from({ length: times }, happens).filter(Boolean).length;

describe("weather", () => {
  test.each([
    "duplicates",
    "failures",
    "lateFailures",
    "lostAcknowledgements",
    "refusals",
    "breakOffs",
  ] as const)("%s happen as often as the storm has them, and nothing else does", (kind) => {
    const { weather } = forecast({ [kind]: 0.2 });
    const other = kind === "failures" ? "duplicates" : "failures";
    const happened = often(() => weather.strikes(kind, "here"));
    expect(happened).toBeGreaterThan(150);
    expect(happened).toBeLessThan(250);
    expect(often(() => weather.strikes(other, "here") || weather.kills("here"))).toBe(0);
    expect(weather.faults.length).toBe(happened);
    expect(weather.faults[0]).toBe(`#1 1970-01-01T00:00:00.000Z ${kind} at here`);
  });

  test("kills at every point as often as the storm has it", () => {
    const { weather } = forecast({ crashes: 0.2 });
    const died = often(() => weather.kills(elsewhere));
    expect(died).toBeGreaterThan(150);
    expect(died).toBeLessThan(250);
    expect([...weather.deaths]).toEqual([[elsewhere, died]]);
  });

  test("kills half of those who come to its crash point, six times, and nobody else", () => {
    const { weather } = forecast({ crashPoint: point });
    expect(often(() => weather.kills(elsewhere))).toBe(0);
    const first = often(() => weather.kills(point), 8);
    expect(first).toBeGreaterThan(1);
    expect(first).toBeLessThan(7);
    expect(first + often(() => weather.kills(point))).toBe(6);
    expect([...weather.deaths]).toEqual([[point, 6]]);
  });

  test("is quiet a minute after the storm, until the storm is back", () => {
    const { weather, at } = forecast({ failures: 1, crashes: 1 });
    const struck = (ms: number) => [
      at(ms).strikes("failures", "here"),
      at(ms).kills("here"),
      at(ms).isQuiet(),
    ];
    expect(struck(59_999)).toEqual([true, true, false]);
    expect(struck(60_000)).toEqual([false, false, false]);
    expect(struck(120_000)).toEqual([false, false, false]);
    expect(struck(120_001)).toEqual([false, false, true]);
    weather.storms(180_000);
    expect(weather.endsMs()).toBe(180_000);
    expect(struck(179_999)).toEqual([true, true, false]);
    expect(struck(240_001)).toEqual([false, false, true]);
  });

  test("takes the warehouse away from the beginning of the outage until its end", () => {
    const { at } = forecast({});
    expect([999, 1_000, 1_999, 2_000].map((ms) => at(ms).isOutage())).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  test("leaves out faults by their numbers, and all that come after the first so many", () => {
    const { weather } = forecast({ failures: 1 }, { first: 4, without: new Set([2]) });
    expect(often(() => weather.strikes("failures", "here"), 10)).toBe(3);
    expect(weather.faults.map((fault) => fault.split(" ")[0])).toEqual(["#1", "#3", "#4"]);
  });
});
