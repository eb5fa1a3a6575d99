import { expect, test } from "vitest";
import type { Summary } from "../../demo/query-summary.ts";
import { subtractSummary } from "../../demo/subtract-summary.ts";

const before: Summary = {
  received: 10,
  tweets: 7,
  duplicates: 1,
  deletes: 0,
  ignored: { "notice-limit": 1 },
  failed: 1,
  failures: [{ stage: "normalize-tweets", reason: "malformed-json", n: 1 }],
  links: 4,
  mentions: 3,
  hours: [
    { hour: "2026-01-02T03:00:00Z", mentions: 2, keys: 2 },
    { hour: "2026-01-02T04:00:00Z", mentions: 1, keys: 1 },
  ],
  top: [],
};

test("a run in a cloud that ran already tells what was added", () => {
  const after: Summary = {
    received: 14,
    tweets: 8,
    duplicates: 2,
    deletes: 0,
    ignored: { "notice-limit": 1, "notice-warning": 1 },
    failed: 2,
    failures: [
      { stage: "normalize-tweets", reason: "malformed-json", n: 1 },
      { stage: "normalize-tweets", reason: "missing-id", n: 1 },
    ],
    links: 5,
    mentions: 4,
    hours: [
      { hour: "2026-01-02T03:00:00Z", mentions: 3, keys: 2 },
      { hour: "2026-01-02T04:00:00Z", mentions: 1, keys: 1 },
    ],
    top: [{ hour: "2026-01-02T03:00:00Z", url_key: "a", url: "a", mentions: 3, authors: 1 }],
  };
  expect(subtractSummary(after, before)).toEqual({
    received: 4,
    tweets: 1,
    duplicates: 1,
    deletes: 0,
    ignored: { "notice-warning": 1 },
    failed: 1,
    failures: [{ stage: "normalize-tweets", reason: "missing-id", n: 1 }],
    links: 1,
    mentions: 1,
    hours: [{ hour: "2026-01-02T03:00:00Z", mentions: 1, keys: 0 }],
    top: [],
  });
});
