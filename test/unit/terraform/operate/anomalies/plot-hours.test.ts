import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { plotHours } from "../../../../../terraform/operate/anomalies/plot-hours.ts";
import type { PlottedHour } from "../../../../../terraform/operate/anomalies/plotted-hour.ts";

/** 2026-01-05 00:00 UTC in hours since 1970. */
const start = 490_992;

const plotted = (hour: number, actual: number, score = 0): PlottedHour => ({
  hour: start + hour,
  actual,
  isUnusual: score > 5,
  judged: {
    actual,
    expected: 25,
    low: 16,
    high: 36,
    score,
    direction: score > 5 ? "peak" : undefined,
    isMissing: false,
  },
});

const plot = (hours: readonly PlottedHour[], columns: number) =>
  stripVTControlCharacters(plotHours(hours, columns));

test("shows what was counted above what is usual, by square roots", () => {
  const hours = Array.from({ length: 20 }, (_, hour) =>
    hour === 12 ? plotted(hour, 169, 20) : plotted(hour, 25),
  );
  expect(plot(hours, 40)).toBe(`      169 │            ◆
          │
          │
      100 │
          │
          │
       49 │
          │░░░░░░░░░░░░░░░░░░░░
          │●●●●●●●●●●●●░●●●●●●●
       16 │░░░░░░░░░░░░░░░░░░░░
          │
          │
        1 │
          │
          └────────────────────
           2026-01-05 00:00 2026-01-05 19:00
`);
});

test("in few columns the most unusual hours stay", () => {
  const hours = Array.from({ length: 300 }, (_, hour) =>
    hour === 123 ? plotted(hour, 169, 20) : plotted(hour, 25),
  );
  const lines = plot(hours, 41).split("\n");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(44);
  expect(lines[0]).toContain("◆");
});

test("hours of which nothing is known yet are shown without what is usual", () => {
  const hours = [{ hour: start, actual: 0, judged: undefined, isUnusual: false }];
  expect(plot(hours, 40)).toContain("●");
  expect(plot(hours, 40)).not.toContain("░");
});
