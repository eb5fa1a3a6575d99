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

/** Counts of successive hours: by day and week, with peaks of every week and every third day, or neither. */
const kindsOfCounts = {
  busy: (hour: number, luck: number) =>
    (hoursOfDay[hour % 24] ?? 0) * (Math.floor(hour / 24) % 7 < 5 ? 40 : 22) * (0.7 + 0.6 * luck),
  weekly: (hour: number, luck: number) => {
    const usual = Math.floor((hoursOfDay[hour % 24] ?? 0) * 20 * (0.9 + 0.2 * luck));
    const isEveryWeek = hour % 168 === 60 || hour % 168 === 61;
    const isEveryThirdDay = hour % 24 === 20 && Math.floor(hour / 24) % 3 === 0;
    return usual + (isEveryWeek ? 900 : 0) + (isEveryThirdDay ? 300 : 0);
  },
  sparse: (_: number, luck: number) => luck * luck * 4,
  wild: (_: number, luck: number) => 50 / (0.05 + luck),
} as const;
const hoursOfDay = [
  2, 1, 1, 1, 1, 2, 4, 8, 12, 14, 15, 15, 14, 14, 14, 13, 13, 14, 16, 18, 17, 12, 7, 4,
];

function madeUp(kind: keyof typeof kindsOfCounts, hours: number): number[] {
  let state = 12_345;
  return Array.from({ length: hours }, (_, hour) => {
    state = (state * 16_807) % 2_147_483_647;
    return Math.floor(kindsOfCounts[kind](hour, state / 2_147_483_647));
  });
}

// The numbers are those of another program, in another language.
test.each<[kind: keyof typeof kindsOfCounts, hours: number, actual: number, ...told: number[]]>([
  ["busy", 60, 1650, 1.463725, 486.4478, 0.0, 8662.5393],
  ["busy", 150, 125, 0.023236, 123.6384, 0.0, 666.763],
  ["busy", 400, 1200, 8.297095, 429.4354, 128.2307, 907.0378],
  ["busy", 700, 80, 1.642043, 38.9994, 0.0, 238.3242],
  ["weekly", 60, 775, 1.381823, 259.0157, 0.0, 4055.163],
  ["weekly", 150, 105, 0.009548, 104.6114, 0.0, 455.8007],
  ["weekly", 400, 635, 12.07148, 249.772, 130.9497, 406.5496],
  ["weekly", 700, 48, 3.881167, 20.3441, 0.8002, 63.9388],
  ["sparse", 60, 5, 0.686419, 1.0667, 0.0, 106.1129],
  ["sparse", 150, 8, 2.928568, 1.9381, 0.0, 16.8183],
  ["sparse", 400, 3, 1.672642, 0.915, 0.0, 11.7622],
  ["sparse", 700, 3, 1.570978, 0.9226, 0.0, 12.7817],
  ["wild", 60, 175, 0.217697, 102.4907, 0.0, 8082.1477],
  ["wild", 150, 165, 1.178604, 57.282, 0.0, 1063.4845],
  ["wild", 400, 298, 1.009814, 160.5807, 0.0, 1452.9684],
  ["wild", 700, 628, 3.353036, 93.1966, 0.0, 1251.6151],
])("%s counts, %i hours, and then %i of them", (kind, hours, actual, ...told) => {
  const score = scoreHour(madeUp(kind, hours), actual, 5.6);
  const { score: distance = 0, expected = 0, low = 0, high = 0 } = score ?? {};
  const found = [distance, expected, low, high];
  for (const [index, value] of found.entries()) expect(value).toBeCloseTo(told[index] ?? 0, 3);
});
