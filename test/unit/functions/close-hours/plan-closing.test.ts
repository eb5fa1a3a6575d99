import { describe, expect, test } from "vitest";
import {
  type Header,
  planClosing,
  touchedSince,
} from "../../../../functions/close-hours/plan-closing.ts";

const at = (time: string) => Date.parse(`2026-01-05T${time}:00Z`);
const now = at("12:10");

const header = (hour: string, watermark: string, firstLandedAt = hour): Header => ({
  hour: at(hour),
  revision: 7,
  watermark: at(watermark),
  firstLandedAt: at(firstLandedAt),
  keys: 1,
  events: 1,
  late: 0,
});
const touched = (hour: string, last: string, first: string | undefined = last) => ({
  hour: at(hour),
  firstLandedAt: first === undefined ? undefined : at(first),
  lastLandedAt: at(last),
});
const hoursOf = (hours: ReturnType<typeof touched>[], headers: Header[]) =>
  planClosing(hours, new Map(headers.map((one) => [one.hour, one])), {
    now,
    watermark: at("11:59"),
  }).flatMap((slice) => slice.hours.map((hour) => new Date(hour).toISOString().slice(11, 16)));

describe("which hours are counted again", () => {
  test.each([
    ["an hour that was open for the last run", [touched("11:00", "11:05")], [], ["11:00"]],
    ["one that was over and has nothing new", [touched("10:00", "11:30")], [], []],
    ["one that was over and has its first event now", [touched("09:00", "12:01")], [], ["09:00"]],
    [
      "a closed one with late events",
      [touched("08:00", "12:05")],
      [header("08:00", "11:00")],
      ["08:00"],
    ],
    [
      "a closed one that a later run has seen",
      [touched("08:00", "11:30")],
      [header("08:00", "11:00")],
      [],
    ],
    [
      "what landed just before the last run, which may not have seen it",
      [touched("08:00", "11:50")],
      [header("08:00", "11:00")],
      ["08:00"],
    ],
    [
      "nothing that a run has seen which was killed before its watermark",
      [touched("08:00", "11:50")],
      [header("08:00", "12:08")],
      [],
    ],
    [
      "a closed one of which something was deleted",
      [{ ...touched("08:00", "12:05"), firstLandedAt: undefined }],
      [header("08:00", "11:00")],
      ["08:00"],
    ],
    [
      "no hour of deletes only: there is nothing to take back",
      [{ ...touched("08:00", "12:05"), firstLandedAt: undefined }],
      [],
      [],
    ],
  ])("%s", (_, hours, headers, expected) => {
    expect(hoursOf(hours, headers)).toEqual(expected);
  });

  test("all of them where no watermark is known", () => {
    const hours = [touched("03:00", "03:30"), touched("01:00", "01:30")];
    const slices = planClosing(hours, new Map(), { now, watermark: undefined });
    expect(slices).toEqual([{ hours: [at("01:00"), at("03:00")], landedFrom: at("01:30") }]);
  });
});

describe("how far a run looks back", () => {
  test("to an hour before the hour of the last watermark, and 15 minutes", () => {
    expect(touchedSince(now, at("12:00"))).toBe(at("10:45"));
    expect(touchedSince(at("12:55"), at("12:50"))).toBe(at("10:45"));
  });

  test("once a day for a whole day more", () => {
    const yesterday = Date.parse("2026-01-04T23:50:00Z");
    expect(touchedSince(at("00:00"), yesterday)).toBe(Date.parse("2026-01-03T22:00:00Z"));
  });

  test("and then counts again what landed in that day", () => {
    const watermark = Date.parse("2026-01-04T23:50:00Z");
    const landed = Date.parse("2026-01-04T09:30:00Z");
    const hour = Date.parse("2026-01-04T08:00:00Z");
    const hours = [{ hour, firstLandedAt: landed, lastLandedAt: landed }];
    const plan = (time: number) => planClosing(hours, new Map(), { now: time, watermark });
    expect(plan(at("00:00"))).toEqual([{ hours: [hour], landedFrom: landed }]);
    expect(plan(watermark + 60_000)).toEqual([]);
  });
});

describe("slices", () => {
  test("are in the order of hours, of 500 hours at most", () => {
    const start = Date.parse("2020-01-01T00:00:00Z");
    const many = Array.from({ length: 1_201 }, (_, n) => ({
      hour: start + (1_200 - n) * 3_600_000,
      firstLandedAt: now - 1_000,
      lastLandedAt: now,
    }));
    const slices = planClosing(many, new Map(), { now, watermark: undefined });
    expect(slices.map(({ hours }) => hours.length)).toEqual([500, 500, 201]);
    expect(slices[0]?.hours[0]).toBe(start);
    expect(slices[2]?.hours.at(-1)).toBe(start + 1_200 * 3_600_000);
  });

  test("begin where the first increment of their hours landed", () => {
    const hours = [touched("08:00", "12:05", "12:04"), touched("09:00", "12:05", "12:03")];
    const headers = new Map([[at("08:00"), header("08:00", "11:00", "08:02")]]);
    expect(planClosing(hours, headers, { now, watermark: at("12:00") })).toEqual([
      { hours: [at("08:00"), at("09:00")], landedFrom: at("08:02") },
    ]);
  });

  test("do not mix hours that landed more than a week apart", () => {
    const old = header("08:00", "11:00", "08:02");
    const headers = new Map([
      [at("08:00"), { ...old, firstLandedAt: at("08:02") - 8 * 86_400_000 }],
    ]);
    const hours = [touched("08:00", "12:05"), touched("09:00", "12:05")];
    const slices = planClosing(hours, headers, { now, watermark: at("12:00") });
    expect(slices.map((slice) => slice.hours)).toEqual([[at("08:00")], [at("09:00")]]);
  });
});
