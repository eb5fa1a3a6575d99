import { expect, test } from "vitest";
import { drawHours } from "../../../../../terraform/operate/anomalies/draw-hours.ts";
import type { PlottedHour } from "../../../../../terraform/operate/anomalies/plotted-hour.ts";

/** 2026-01-05 00:00 UTC in hours since 1970. */
const start = 490_992;

const judged = {
  actual: 0,
  expected: 25,
  low: 16,
  high: 36,
  score: 0,
  direction: undefined,
  isMissing: false,
};
const hours: PlottedHour[] = [
  { hour: start, actual: 25, judged, isUnusual: false },
  { hour: start + 1, actual: 100, judged, isUnusual: true },
];

test("a dot says why its hour is unusual, and no text breaks out of the image", () => {
  const svg = drawHours(hours, "<script>&", new Map([[start + 1, "100 of a<b & c"]]));
  expect(svg).toContain("<title>&lt;script&gt;&amp;</title>");
  expect(svg).toContain("<title>2026-01-05 01:00: 100 of a&lt;b &amp; c</title></circle>");
  expect(svg.match(/<circle/g)).toHaveLength(1);
  expect(svg).not.toContain("<script>");
});

test("what is counted is drawn by square roots, from left to right", () => {
  const svg = drawHours(hours, "t", new Map());
  // 100 is the most, at the top; 25 is half as high, of 280.
  expect(svg).toContain('<polyline points="70,180 940,40" fill="none" stroke="#222"');
  expect(svg).toContain("2026-01-05 01:00 UTC</text>");
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
});

test("one hour, and none that is judged, is drawn, too", () => {
  const svg = drawHours(
    [{ hour: start, actual: 0, judged: undefined, isUnusual: false }],
    "t",
    new Map(),
  );
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
});
