import { expect, test } from "vitest";
import { type BenchReport, judge } from "../../bench/bench-report.ts";
import { compareReports } from "../../bench/compare-reports.ts";
import { held, told } from "../../bench/measurement.ts";
import { renderComparison } from "../../bench/render-table.ts";

const speed = "bucket-hours, mentions per second of CPU";
const report = (runs: Record<string, ReturnType<typeof told>[]>): BenchReport => ({
  measuredAt: "2026-11-28T12:00:00.000Z",
  machine: { cores: 2, model: "one", node: "v24.0.0" },
  quick: false,
  isWhole: true,
  runs: Object.entries(runs).map(([name, measured]) => ({
    name,
    seconds: 1,
    figures: measured.map(judge),
  })),
});

const verdictOf = (before: ReturnType<typeof told>, now: ReturnType<typeof told>) =>
  compareReports(report({ one: [before] }), report({ one: [now] })).changes[0]?.verdict;

test.each([
  ["more of what should be much", held(speed, [100, 110, 120]), held(speed, [200, 210]), "better"],
  ["less of it", held(speed, [200, 210]), held(speed, [100, 110]), "worse"],
  [
    "less of what should be little",
    held("cold start", [300, 310]),
    held("cold start", [200, 205]),
    "better",
  ],
  ["rounds that overlap", held(speed, [100, 120, 140]), held(speed, [119, 139, 160]), "same"],
  ["apart by two in a hundred", held(speed, [100, 100]), held(speed, [102, 102]), "same"],
  ["measured once, by nine in a hundred", held(speed, 100), held(speed, 109), "same"],
  ["measured once, by a fifth", held(speed, 100), held(speed, 120), "better"],
  ["only told", told("rows", [1, 1], "/s"), told("rows", [2, 2], "/s"), "other"],
])("%s: %s", (_, before, now, verdict) => expect(verdictOf(before, now)).toBe(verdict));

test("the largest change comes first, a half like a double", () => {
  const before = report({
    one: [told("a", 100, "µs"), told("b", 100, "µs"), told("c", 100, "µs")],
  });
  const now = report({ one: [told("a", 130, "µs"), told("b", 40, "µs"), told("c", 200, "µs")] });
  const { changes } = compareReports(before, now);
  expect(changes.map(({ name, factor }) => [name, factor])).toEqual([
    ["b", 0.4],
    ["c", 2],
    ["a", 1.3],
  ]);
});

test("what is new and what is gone is named, but not of benches that ran only once", () => {
  const before = report({
    one: [told("a", 1, "µs"), told("old", 1, "µs")],
    other: [told("x", 1, "s")],
  });
  const now = report({
    one: [told("a", 1, "µs"), told("new", 1, "µs")],
    third: [told("y", 1, "s")],
  });
  const comparison = compareReports(before, now);
  expect(comparison).toMatchObject({ added: ["new"], gone: ["old"] });
  const text = renderComparison(comparison, "a run");
  expect(text).toContain("Nothing changed since a run.");
  expect(text).toContain("New: new.");
  expect(text).toContain("Gone: old.");
});
