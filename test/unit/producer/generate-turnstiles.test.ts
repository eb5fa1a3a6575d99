import { expect, test } from "vitest";
import { normalizeRow } from "../../../functions/normalize-turnstiles/normalize-row.ts";
import { generateTurnstiles } from "../../producer/generate-turnstiles.ts";

const endingAt = new Date("2024-07-01T04:00:05Z");

test("writes lines that normalize-turnstiles reads, ten seconds from one another", () => {
  const lines = [...generateTurnstiles({ count: 50, seed: 1, endingAt })];
  const events = lines.map((line) => {
    const normalized = normalizeRow(line, endingAt.getTime());
    if (!("read" in normalized) || normalized.read.kind !== "reading") throw new Error(line);
    return normalized.read.event;
  });
  expect(events.map(({ event_time }) => event_time).slice(-3)).toEqual([
    "2024-07-01T03:59:45.000Z",
    "2024-07-01T03:59:55.000Z",
    "2024-07-01T04:00:05.000Z",
  ]);
  expect(new Set(events.map(({ id }) => id)).size).toBe(50);
  const counts = new Set(events.flatMap(({ entries, exits }) => [entries, exits]));
  expect([...counts].toSorted((a, b) => a - b)).toEqual([5, 6, 7, 8, 9, 10]);
});

test("writes New York's date and time, as the first field to the last", () => {
  const [line = ""] = generateTurnstiles({ count: 1, seed: 7, endingAt });
  expect(line).toMatch(
    /^A00[12],R00[12],02-00-00,Test-Station,456NQR,BMT,07-01-24,00:00:05,REGULAR,\d+,\d+,[\da-f-]{36},2024-07-01 00:00:05$/,
  );
});

test("writes the same lines for the same seed, and others for another", () => {
  const write = (seed: number) => [...generateTurnstiles({ count: 3, seed, endingAt })];
  expect(write(1)).toEqual(write(1));
  expect(write(1)).not.toEqual(write(2));
});
