import { expect, test } from "vitest";
import * as z from "zod";
import {
  judgeRange,
  paging,
  range,
  timeText,
} from "../../../../../functions/serve-dashboard/api/parameters.ts";

const times = z.object(range);
const readRange = (from: string) => {
  const { from: first, to: end } = times.parse({ from, to: from });
  return [first, end].map((ms) => timeText(ms ?? Number.NaN));
};

test.each([
  ["2026-01-02", "2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z"],
  ["2026-01-02T03", "2026-01-02T03:00:00Z", "2026-01-02T03:00:00Z"],
  ["2026-01-02T03:00Z", "2026-01-02T03:00:00Z", "2026-01-02T03:00:00Z"],
  ["2026-01-02T03:04:05.678Z", "2026-01-02T03:00:00Z", "2026-01-02T04:00:00Z"],
  ["2024-02-29T23:59", "2024-02-29T23:00:00Z", "2024-03-01T00:00:00Z"],
])("%s is from %s or to %s", (text, from, to) => {
  expect(readRange(text)).toEqual([from, to]);
});

test.each([
  "",
  "now",
  "2026-02-30",
  "2026-13-01",
  "2026-01-01T24",
  "2026-01-01T00:00+01:00",
  "1e9",
])("%s is no time", (from) => {
  expect(times.safeParse({ from }).success).toBe(false);
});

test("a range ends after it begins, and is not endless", () => {
  const day = 86_400_000;
  expect(judgeRange({ from: 0, to: 93 * day })).toBeUndefined();
  expect(judgeRange({ from: 0, to: 94 * day })).toMatch("at most 93 days");
  expect(judgeRange({ from: day, to: day })).toMatch("must be after");
});

test("pages have bounds", () => {
  const pages = z.object(paging(20));
  expect(pages.parse({})).toEqual({ limit: 20, page: 1 });
  expect(pages.parse({ limit: "200", page: "7" })).toEqual({ limit: 200, page: 7 });
  for (const limit of ["0", "201", "-1", "1.5", "9999999999", "x"]) {
    expect(pages.safeParse({ limit }).success, limit).toBe(false);
  }
});
