import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import {
  eventTime,
  formatTime,
  hourStart,
  hourStartOf,
  isPossibleTime,
  possibleTimes,
} from "../../../../shared/events/event-time.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

test.each([
  [0, "1970-01-01T00:00:00.000Z"],
  [1_562_135_340_007, "2019-07-03T06:29:00.007Z"],
  [1_562_135_399_999, "2019-07-03T06:29:59.999Z"],
  [-1, "1969-12-31T23:59:59.999Z"],
])("%i ms is %s", (ms, expected) => {
  expect(formatTime(ms)).toBe(expected);
});

test("any time is written as Date writes it", () => {
  const ms = fc.oneof(
    fc.integer({ min: -62_000_000_000_000, max: 250_000_000_000_000 }),
    fc.integer({ min: 1_562_135_000_000, max: 1_562_135_400_000 }),
  );
  fc.assert(
    fc.property(ms, (time) => formatTime(time) === new Date(time).toISOString()),
    { numRuns: 5_000 },
  );
});

test.each([
  "2019-07-03T06:29:00Z",
  "2019-07-03T06:29:59.999999Z",
  "2019-12-31T23:59:59.999Z",
  "2020-02-29T00:00:00Z",
  "2000-02-29T00:00:00Z",
])("%s is an event time", (time) => {
  expect(eventTime.safeParse(time).success).toBe(true);
});

test.each([
  // JavaScript makes the day after of these.
  "2019-02-29T00:00:00Z",
  "2019-02-30T00:00:00Z",
  "2019-06-31T00:00:00Z",
  "1900-02-29T00:00:00Z",
  "2019-07-00T00:00:00Z",
  "2019-13-01T00:00:00Z",
  "2019-07-03T24:00:00Z",
  "2019-07-03T06:60:00Z",
  "2019-07-03T06:29:60Z",
  "2019-07-03T06:29:00.1234567Z",
  "2019-07-03T06:29:00",
  "2019-07-03T06:29:00+00:00",
  "2019-07-03 06:29:00Z",
  "2019-07-03T06:29:00Z\n",
  " 2019-07-03T06:29:00Z",
  "",
])("%j is no event time", (time) => {
  const { error } = eventTime.safeParse(time);
  expect(error?.issues).toMatchObject([{ message: "not a time of the calendar" }]);
});

test("an hour starts on a day of the calendar", () => {
  expect(hourStart.safeParse("2019-07-03T06:00:00Z").success).toBe(true);
  for (const time of ["2019-02-30T06:00:00Z", "2019-07-03T24:00:00Z", "2019-07-03T06:01:00Z"]) {
    const { error } = hourStart.safeParse(time);
    expect(error?.issues).toMatchObject([{ message: "not the start of an hour" }]);
  }
});

test.each([
  ["2006-03-20T23:59:59.999999Z", false],
  ["2006-03-21T00:00:00Z", true],
  ["2006-03-21T00:00:00.000Z", true],
  ["2019-07-03T06:29:00Z", true],
  ["2019-07-03T07:29:30.25Z", true],
  ["2019-07-03T07:29:30.250Z", true],
  ["2019-07-03T07:29:30.251Z", false],
  ["2019-07-03T07:29:31Z", false],
  ["9999-12-31T23:59:59Z", false],
])("half a minute past 06:29 on 2019-07-03, %s may be counted: %s", (text, expected) => {
  const now = 1_562_135_370_250;
  expect(possibleTimes(now, Date.parse("2006-03-21T00:00:00Z"))(text)).toBe(expected);
});

test("a written time may be counted if and only if its instant may", () => {
  const epoch = 1_562_135_340_000;
  const now = 1_562_138_940_250;
  const near = (ms: number) => fc.integer({ min: ms - 2_500, max: ms + 2_500 });
  const times = fc.oneof(near(epoch), near(now + 3_600_000), fc.integer({ min: 0, max: 2e12 }));
  const written = times.chain((ms) => {
    const text = new Date(ms).toISOString();
    const ends = [
      "Z",
      `${text.slice(19, 21)}Z`,
      `${text.slice(19, 22)}Z`,
      text.slice(19),
      `${text.slice(19, 23)}7Z`,
    ];
    return fc.constantFrom(...ends.map((end) => text.slice(0, 19) + end));
  });
  fc.assert(
    fc.property(written, (text) => {
      expect(possibleTimes(now, epoch)(text)).toBe(isPossibleTime(Date.parse(text), now, epoch));
    }),
    { numRuns: 3_000 },
  );
});

test.each([
  ["2019-07-03T06:00:00.000Z", "2019-07-03T06:00:00Z"],
  ["2019-07-03T06:59:59.999Z", "2019-07-03T06:00:00Z"],
  ["2019-12-31T23:59:59.999999Z", "2019-12-31T23:00:00Z"],
  ["2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z"],
])("%s is in the hour that starts at %s", (time, hour) => {
  expect(hourStartOf(time)).toBe(hour);
});

test.each([
  ["at the epoch", 1_000, true],
  ["one ms before the epoch", 999, false],
  ["an hour from now", 3_700_000, true],
  ["an hour and one ms from now", 3_700_001, false],
])("whether what happens %s may be counted", (_, at, isPossible) => {
  expect(isPossibleTime(at, 100_000, 1_000)).toBe(isPossible);
});

test("a time far from the bounds is not parsed: its text says that it is possible", () => {
  const parse = vi.spyOn(Date, "parse");
  const now = 1_562_135_370_250;
  const isPossible = possibleTimes(now, 1_142_899_200_000);
  for (const text of ["2006-03-21T00:00:01Z", "2019-07-03T06:29:00.123Z", "2019-07-03T07:29:29Z"]) {
    expect(isPossible(text)).toBe(true);
  }
  expect(parse).not.toHaveBeenCalled();
});

test("the texts of 4,096 days are kept, and no more", () => {
  const written = vi.spyOn(Date.prototype, "toISOString");
  const writeDays = (count: number) => {
    written.mockClear();
    // Long before any other time here.
    for (let day = 0; day < count; day++) formatTime((day - 200_000) * 86_400_000);
    return written.mock.calls.length;
  };
  writeDays(4_096);
  writeDays(4_096);
  expect(writeDays(4_096)).toBe(0);
  expect(writeDays(4_097)).toBeGreaterThan(0);
  expect(writeDays(4_097)).toBeGreaterThan(0);
});
