import { expect, test } from "vitest";
import { compareFindings } from "../../../../functions/detect-anomalies/compare-findings.ts";
import type { Finding } from "../../../../functions/detect-anomalies/judge-series.ts";

const finding = (hour: number, changed: Partial<Finding> = {}): Finding => ({
  state: "open",
  direction: "peak",
  hour,
  since: hour,
  actual: 400,
  expected: 100,
  low: 60,
  high: 147,
  score: 20,
  ...changed,
});

test("says what is new", () => {
  expect(compareFindings([], [finding(7)])).toEqual([finding(7)]);
});

test("says nothing twice, also where a bound has moved a little", () => {
  expect(compareFindings([finding(7)], [finding(7, { expected: 101, score: 19.9 })])).toEqual([]);
});

test.each<Partial<Finding>>([
  { state: "update" },
  { direction: "drop" },
  { since: 6 },
  { actual: 401 },
])("says anew what has changed: %o", (changed) => {
  expect(compareFindings([finding(7)], [finding(7, changed)])).toEqual([finding(7, changed)]);
});

test("takes back what is no longer so, and tells all by the hour", () => {
  expect(compareFindings([finding(7), finding(8), finding(9)], [finding(9), finding(6)])).toEqual([
    finding(6),
    { ...finding(7), state: "withdrawn" },
    { ...finding(8), state: "withdrawn" },
  ]);
});
