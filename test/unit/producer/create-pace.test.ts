import { expect, test } from "vitest";
import { createPace } from "../../producer/create-pace.ts";

/** What the next so many events wait, ms, when all of them come at one time. */
const waits = (next: () => number, count: number) => Array.from({ length: count }, () => next());

test("events that come at once wait each an interval longer", () => {
  expect(
    waits(
      createPace(500, () => 7_000),
      5,
    ),
  ).toEqual([0, 2, 4, 6, 8]);
});

test("each waits an interval where the one before it has waited", () => {
  let time = 0;
  const next = createPace(200, () => time);
  const sent: number[] = [];
  for (let event = 0; event < 5; event++) {
    time += next();
    sent.push(time);
  }
  expect(sent).toEqual([0, 5, 10, 15, 20]);
});

test("nobody waits for less than a millisecond", () => {
  expect(
    waits(
      createPace(4_000, () => 0),
      6,
    ),
  ).toEqual([0, 0, 0, 0, 1, 1.25]);
});

test.each([
  // Of an interval of 2 ms, and the one that is due now.
  { late: 100, atOnce: 51 },
  { late: 250, atOnce: 126 },
  { late: 1_000, atOnce: 126 },
  { late: 60_000, atOnce: 126 },
])("a source that is $late ms late makes up for $atOnce events", ({ late, atOnce }) => {
  let time = 0;
  const next = createPace(500, () => time);
  time = late;
  expect(waits(next, atOnce + 2)).toEqual([...Array(atOnce).fill(0), 2, 4]);
});
