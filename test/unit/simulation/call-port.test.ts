import { describe, expect, test } from "vitest";
import { type Caller, createCallPort } from "../../simulation/call-port.ts";
import { createScheduler } from "../../simulation/create-scheduler.ts";
import { createTrace } from "../../simulation/create-trace.ts";
import { calm, type Storm } from "../../simulation/draw-storm.ts";
import { allFaults, createWeather } from "../../simulation/weather.ts";
import { createRandom } from "../../support/create-random.ts";

const point = "append-rows.append posts";

/** So many calls, each by a caller of its own, and what has become of them. */
async function callAll(
  rates: Partial<Storm>,
  { calls = 200, diesAtOnce = false, dangers = 1 } = {},
) {
  const random = createRandom(1);
  const scheduler = createScheduler(0, 100_000);
  const storm = { ...calm, ...rates };
  const until = { stormEndsMs: Number.POSITIVE_INFINITY, outage: undefined, limits: allFaults };
  const weather = createWeather({ storm, random, now: scheduler.now, ...until });
  const call = createCallPort({
    scheduler,
    random,
    weather,
    trace: createTrace(),
    see: () => undefined,
  });
  const seen = { effects: 0, answered: 0, refused: [] as string[], killed: 0, slow: 0 };
  for (let number = 0; number < calls; number++) {
    const caller: Caller = {
      label: `${number}`,
      isAlive: true,
      kill: () => {
        caller.isAlive = false;
        seen.killed += 1;
      },
    };
    const effect = () => {
      seen.effects += 1;
      if (scheduler.now() > 1_000) seen.slow += 1;
    };
    call(caller, point, effect, dangers).then(
      () => {
        seen.answered += 1;
      },
      (error: Error) => seen.refused.push(error.message),
    );
    if (diesAtOnce) caller.isAlive = false;
  }
  await scheduler.runUntilIdle();
  return seen;
}

describe("a call", () => {
  test("has its effect and its answer, and now and then takes long", async () => {
    const seen = await callAll({});
    expect(seen).toMatchObject({ effects: 200, answered: 200, refused: [], killed: 0 });
    expect(seen.slow).toBeGreaterThan(2);
    expect(seen.slow).toBeLessThan(40);
  });

  test("that fails has none, and is told so", async () => {
    const { effects, answered, refused } = await callAll({ failures: 1 });
    expect([effects, answered, new Set(refused)]).toEqual([
      0,
      0,
      new Set([`${point}: unavailable`]),
    ]);
  });

  test("that is rare is in danger as often as others together", async () => {
    const often = await callAll({ failures: 0.1 });
    expect(often.refused.length).toBeLessThan(40);
    const rare = await callAll({ failures: 0.1 }, { dangers: 12 });
    // 1 - 0.9^12 is 0.72.
    expect(rare.refused.length).toBeGreaterThan(120);
    expect(rare.refused.length).toBeLessThan(170);
  });

  test("that fails late has had its effect", async () => {
    const { effects, answered, refused } = await callAll({ lateFailures: 1 });
    expect([effects, answered, refused.length]).toEqual([200, 0, 200]);
    expect(new Set(refused)).toEqual(new Set([`${point}: deadline exceeded`]));
  });

  test("before which the instance dies has none, and no answer", async () => {
    const seen = await callAll({ crashes: 1 });
    expect(seen).toMatchObject({ effects: 0, answered: 0, refused: [], killed: 200 });
  });

  test("behind which it dies has had its effect, and no answer", async () => {
    const { effects, answered, killed } = await callAll({ crashPoint: `${point}, after` });
    expect([effects, answered, killed]).toEqual([200, 194, 6]);
  });

  test("of an instance that is dead by then arrives half of the time, and is not answered", async () => {
    const { effects, answered } = await callAll({}, { diesAtOnce: true });
    expect(effects).toBeGreaterThan(60);
    expect(effects).toBeLessThan(140);
    expect(answered).toBe(0);
  });
});
