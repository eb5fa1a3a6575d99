import { describe, expect, test } from "vitest";
import {
  judgedBy,
  judgedRevision,
  readingRevision,
  revisionOf,
} from "../../../../shared/events/revision.ts";

const reading = {
  reader: 1,
  editedAfterMs: 0,
  isComplete: true,
  resolved: 0,
  author: "x:7",
  kind: "post",
  links: [{ url: "https://a.example.com/" }],
};

describe("revisionOf", () => {
  test("writes edit, reader, what is known, and a hash of what was read", () => {
    expect(revisionOf(reading)).toMatch(/^00000000\.01\.300\.[0-9a-z]{6}$/);
    expect(revisionOf({ ...reading, editedAfterMs: 36 })).toMatch(/^00000010\.01\.300\./);
    expect(readingRevision.safeParse(revisionOf(reading)).success).toBe(true);
    expect(judgedBy(2, "00000000.01.300.0abcde")).toBe("02.00000000.01.300.0abcde");
    expect(judgedRevision.safeParse(judgedBy(37, revisionOf(reading))).success).toBe(true);
  });

  test.each([
    ["an edit", { editedAfterMs: 1 }, { reader: 99, resolved: 9 }],
    ["a later edit", { editedAfterMs: 3_600_000 }, { editedAfterMs: 3_599_999 }],
    ["a newer reader", { reader: 2, isComplete: false }, { reader: 1, resolved: 9 }],
    ["a whole post", { isComplete: true }, { isComplete: false, resolved: 9 }],
    ["a known author", { author: "x:7" }, { author: undefined, resolved: 9 }],
    [
      "a link that is resolved",
      { resolved: 1 },
      { links: [{ url: "https://t.example.com/", title: "T" }] },
    ],
    ["a title", { links: [{ url: "https://a.example.com/", title: "A" }] }, {}],
  ])("%s wins", (_, better, worse) => {
    expect(revisionOf({ ...reading, ...better }) > revisionOf({ ...reading, ...worse })).toBe(true);
  });

  test.each([
    ["other links", { links: [{ url: "https://b.example.com/" }] }],
    ["other places of its links", { links: [{ url: "https://a.example.com" }, { url: "/" }] }],
    ["another kind", { kind: "repost" }],
    ["another author", { author: "x:8" }],
    ["no links", { links: [] }],
  ])("%s are another reading: one of both wins", (_, change) => {
    expect(revisionOf({ ...reading, ...change })).not.toBe(revisionOf(reading));
  });

  test("what is beyond its digits counts as the greatest", () => {
    const most = { ...reading, resolved: 5_000, reader: 5_000, editedAfterMs: 1e15 };
    expect(revisionOf(most)).toMatch(/^zzzzzzzz\.zz\.3z0\./);
    expect(revisionOf({ ...reading, editedAfterMs: -5 })).toBe(revisionOf(reading));
  });

  test("newer rules win over whatever older ones made of the post", () => {
    const edited = revisionOf({ ...reading, editedAfterMs: 60_000 });
    expect(judgedBy(10, revisionOf(reading)) > judgedBy(9, edited)).toBe(true);
  });
});
