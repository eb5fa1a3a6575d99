import { expect, test } from "vitest";
import { type Closing, knownHours } from "../../../../functions/detect-anomalies/known-hours.ts";

const hourMs = 3_600_000;
const start = 490_000;
const minutes = 60_000;

/** An hour that is closed ten minutes after its end, as its first increment came in its first minute. */
const closing = (hour: number, changed: Partial<Closing> = {}): Closing => ({
  hour,
  revision: hour * 10,
  watermark: (hour + 1) * hourMs + 10 * minutes,
  firstLandedAt: hour * hourMs + minutes,
  events: 100,
  ...changed,
});

const statesOf = (closings: readonly Closing[], revision: number, hoursLater: number) =>
  knownHours(closings, { revision, watermark: (start + hoursLater) * hourMs }).hours.map(
    ({ state, events }) => `${state} ${events}`,
  );

test("nothing is known of a stream without closings", () => {
  expect(statesOf([], 9e9, 100)).toEqual([]);
});

test("of several closings of an hour the greatest counts, of those that were there", () => {
  const closings = [
    closing(start, { revision: 3, events: 30 }),
    closing(start, { revision: 1, events: 10 }),
    closing(start, { revision: 2, events: 20 }),
  ];
  expect(statesOf(closings, 2, 1)).toEqual(["closed 20"]);
  expect(statesOf(closings, 3, 1)).toEqual(["closed 30"]);
  expect(statesOf(closings, 0, 1)).toEqual([]);
});

test("an hour that does not come is awaited for two hours, and missing then", () => {
  const closings = [closing(start), closing(start + 2)];
  expect(statesOf(closings, 9e9, 3)).toEqual(["closed 100", "awaited 0", "closed 100"]);
  // The hour start + 1 ends with start + 2.
  expect(statesOf(closings, 9e9, 4)).toEqual(["closed 100", "missing 0", "closed 100"]);
  expect(statesOf(closings, 9e9, 6)).toEqual([
    "closed 100",
    "missing 0",
    "closed 100",
    "missing 0",
  ]);
});

test("a stream that comes in weekly files is not late on Tuesday", () => {
  const landed = (start + 168) * hourMs;
  const week = Array.from({ length: 168 }, (_, hour) =>
    closing(start + hour, { firstLandedAt: landed }),
  );
  expect(statesOf(week, 9e9, 168 + 120)).toHaveLength(168);
  // The first hour of the next week would be a week late then, and two hours.
  expect(statesOf(week, 9e9, 168 + 168 + 1)).toHaveLength(168);
  expect(statesOf(week, 9e9, 168 + 168 + 2).at(-1)).toBe("missing 0");
});

test("what was slow more than a week ago is forgotten", () => {
  const hours = Array.from({ length: 200 }, (_, hour) => closing(start + hour));
  const slow = closing(start, { firstLandedAt: (start + 90) * hourMs });
  expect(statesOf([...hours, slow], 9e9, 203)).toHaveLength(201);
});
