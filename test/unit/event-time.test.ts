import fc from "fast-check";
import { expect, test } from "vitest";
import { formatTime } from "../../shared/events/event-time.ts";

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
