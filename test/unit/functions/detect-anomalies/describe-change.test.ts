import { expect, test } from "vitest";
import type { Change } from "../../../../functions/detect-anomalies/compare-findings.ts";
import { describeChange } from "../../../../functions/detect-anomalies/describe-change.ts";

/** Wednesday, 2026-01-07 06:00 UTC, in hours since 1970. */
const wednesdayAt06 = 491_046;

const change = (changed: Partial<Change>): Change => ({
  state: "open",
  direction: "peak",
  hour: wednesdayAt06,
  since: wednesdayAt06,
  actual: 3_412,
  expected: 213.4,
  low: 39.2,
  high: 210.9,
  score: 31,
  ...changed,
});

test.each<[string, Partial<Change>, string]>([
  [
    "mentions of x.com/jack/status/20",
    {},
    "3,412 mentions of x.com/jack/status/20 at 06 UTC; 40 to 210 are usual for a Wednesday at this hour; 16 times the expected",
  ],
  [
    "mentions of a.example/",
    { actual: 300, state: "update" },
    "300 mentions of a.example/ at 06 UTC; 40 to 210 are usual for a Wednesday at this hour; 1.4 times the expected",
  ],
  [
    "events of url-mentions",
    { direction: "drop", actual: 12, expected: 120, hour: wednesdayAt06 + 24 + 7 },
    "12 events of url-mentions at 13 UTC; 40 to 210 are usual for a Thursday at this hour; 10 % of the expected",
  ],
  [
    "events of url-mentions",
    { direction: "missing", actual: 0 },
    "no events of url-mentions at 06 UTC; 40 to 210 are usual for a Wednesday at this hour; other hours have come since",
  ],
  [
    "mentions of b.example/",
    { actual: 40, expected: 0.2, low: 0, high: 0.4 },
    "40 mentions of b.example/ at 06 UTC; none is usual for a Wednesday at this hour; hardly any is expected",
  ],
  [
    "events of url-mentions",
    { state: "closed", since: wednesdayAt06 - 30, actual: 100 },
    "100 events of url-mentions at 06 UTC; 40 to 210 are usual for a Wednesday at this hour; as usual again, after what began at 2026-01-06 00 UTC",
  ],
  [
    "events of url-mentions",
    { state: "withdrawn", actual: 100 },
    "100 events of url-mentions at 06 UTC; 40 to 210 are usual for a Wednesday at this hour; taken back: by what is known now it is nothing special",
  ],
])("%s: %o", (counted, changed, words) => {
  expect(describeChange(change(changed), counted)).toBe(words);
});
