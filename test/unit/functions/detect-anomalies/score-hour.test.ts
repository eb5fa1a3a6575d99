import { describe, expect, test } from "vitest";
import { scoreHour } from "../../../../functions/detect-anomalies/score-hour.ts";
import { createPoisson } from "../../../support/create-poisson.ts";

const sensitivity = 5.5;
const weeks = (count: number) => count * 168;

describe("scoreHour", () => {
  test("says nothing of an hour with fewer than 48 before it", () => {
    const steady = Array.from({ length: 47 }, () => 100);
    expect(scoreHour(steady, 100_000, sensitivity)).toBeUndefined();
    expect(scoreHour([...steady, 100], 100_000, sensitivity)?.score).toBeGreaterThan(sensitivity);
  });

  test("trusts little history little", () => {
    const steady = Array.from({ length: weeks(4) }, () => 100);
    const short = scoreHour(steady.slice(0, 60), 160, sensitivity)?.score;
    const long = scoreHour(steady, 160, sensitivity)?.score;
    // 60 hours are a quarter of the way from one day to a week.
    expect((short ?? 0) / (long ?? 0)).toBeCloseTo(0.25, 5);
  });

  test("expects what has always been, within the noise of counting", () => {
    const score = scoreHour(
      Array.from({ length: weeks(4) }, () => 100),
      100,
      sensitivity,
    );
    expect(score?.expected).toBeCloseTo(100, 6);
    expect(score?.score).toBeCloseTo(0, 6);
    // 2√100.375 ± 5.5 · √0.6, squared back.
    expect(score?.low).toBeCloseTo(61.85, 1);
    expect(score?.high).toBeCloseTo(147.22, 1);
  });

  test("looks at the last 28 days alone", () => {
    const recent = Array.from({ length: weeks(4) }, (_, hour) => 40 + (hour % 7));
    const older = Array.from({ length: weeks(9) }, (_, hour) => hour * 1_000);
    expect(scoreHour([...older, ...recent], 80, sensitivity)).toEqual(
      scoreHour(recent, 80, sensitivity),
    );
  });

  test("knows the hours of the day", () => {
    // 900 from 08 to 19, 100 at night; the next hour is hour 0 of the day, so at night.
    const days = Array.from({ length: weeks(4) }, (_, hour) =>
      hour % 24 >= 8 && hour % 24 < 20 ? 900 : 100,
    );
    expect(scoreHour(days, 100, sensitivity)?.score).toBeGreaterThan(-sensitivity);
    expect(scoreHour(days, 100, sensitivity)?.score).toBeLessThan(sensitivity);
    expect(scoreHour(days, 900, sensitivity)?.score).toBeGreaterThan(sensitivity);
    expect(scoreHour(days.slice(0, -12), 100, sensitivity)?.score).toBeLessThan(-sensitivity);
  });

  test("knows the hours of the week", () => {
    // An hour with 400 a week, every week, beside 100 an hour.
    const history = Array.from({ length: weeks(4) }, (_, hour) => (hour % 168 < 3 ? 400 : 100));
    const usual = scoreHour(history, 400, sensitivity)?.score ?? 0;
    const other = scoreHour(history.slice(0, -5), 400, sensitivity)?.score ?? 0;
    expect(usual).toBeLessThan(other / 2);
  });

  test("follows a new level within a day", () => {
    const grown = Array.from({ length: weeks(4) }, (_, hour) => (hour < weeks(4) - 20 ? 100 : 300));
    expect(scoreHour(grown, 300, sensitivity)?.expected).toBeGreaterThan(280);
  });

  test("is not blinded by one enormous hour", () => {
    const history = Array.from({ length: weeks(4) }, (_, hour) => (hour === 500 ? 1e6 : 100));
    const score = scoreHour(history, 400, sensitivity);
    expect(score?.expected).toBeLessThan(110);
    expect(score?.score).toBeGreaterThan(3);
  });

  test.each([[0], [3], [1e12]])("a history of nothing but %d gives finite numbers", (count) => {
    const history = Array.from({ length: weeks(4) }, () => count);
    for (const actual of [0, 1, count, 1e15]) {
      const score = scoreHour(history, actual, sensitivity);
      for (const value of Object.values(score ?? { missing: Number.NaN })) {
        expect(Number.isFinite(value)).toBe(true);
      }
    }
  });
});

describe("on series that are made up", () => {
  test("with a daily cycle of ±90 %, drops and peaks at night are found, and nothing else", () => {
    const poisson = createPoisson(19);
    const usual = (hour: number) => 50 * (1 + 0.9 * Math.cos((2 * Math.PI * hour) / 24));
    const found = { drops: 0, peaks: 0 };
    const wrong = { hours: 0, alarms: 0 };
    const tried = 40;
    for (let series = 0; series < tried; series++) {
      const counts = Array.from({ length: weeks(4) + 24 }, (_, hour) => poisson(usual(hour)));
      const score = (hour: number, count: number) =>
        scoreHour(counts.slice(0, hour), count, sensitivity)?.score ?? 0;
      // Hour 0 of the day has 95, hour 12 has 5.
      if (score(weeks(4), poisson(9.5)) <= -sensitivity) found.drops += 1;
      if (score(weeks(4) + 12, poisson(50)) >= sensitivity) found.peaks += 1;
      for (let hour = weeks(4); hour < counts.length; hour++, wrong.hours++) {
        if (Math.abs(score(hour, counts[hour] ?? 0)) >= sensitivity) wrong.alarms += 1;
      }
    }
    expect(found.drops / tried).toBeGreaterThanOrEqual(0.9);
    expect(found.peaks / tried).toBeGreaterThanOrEqual(0.95);
    expect(wrong.alarms / (wrong.hours / weeks(1))).toBeLessThanOrEqual(0.1);
  });

  test.each([0.02, 0.1, 0.3, 0.69, 1, 1.7, 2, 3])(
    "a year of Poisson counts, %d an hour, raises nothing",
    (mean) => {
      const poisson = createPoisson(Math.round(mean * 1_000));
      const counts = Array.from({ length: weeks(4) + 365 * 24 }, () => poisson(mean));
      let largest = 0;
      for (let hour = weeks(4); hour < counts.length; hour++) {
        const count = counts[hour] ?? 0;
        // What is near the mean is not worth the time.
        if (Math.abs(count - mean) < 2 * Math.sqrt(mean)) continue;
        const score = scoreHour(counts.slice(hour - weeks(4), hour), count, sensitivity)?.score;
        largest = Math.max(largest, Math.abs(score ?? 0));
      }
      expect(largest).toBeLessThan(sensitivity);
    },
  );
});
