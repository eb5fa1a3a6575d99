import { describe, expect, test } from "vitest";
import {
  isFirstReading,
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
    const titled = { url: "https://a.example.com/", title: "A" };
    expect(revisionOf({ ...reading, resolved: 2, links: [titled] })).toMatch(/\.321\./);
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

test.each([
  ["00000000.01.301.k3f9q2", true],
  ["00000000.02.301.k3f9q2", false],
  ["00000010.01.301.k3f9q2", false],
])("%s is the first reading of the first version: %s", (revision, expected) => {
  expect(isFirstReading(revision)).toBe(expected);
});

test.each([
  " 00000000.01.301.k3f9q2",
  "00000000.01.301.k3f9q2z",
  "00000000.01.301.K3F9Q2",
  "0000000.01.301.k3f9q2",
])("%j does not sort, so it is no revision", (revision) => {
  expect(readingRevision.safeParse(revision).success).toBe(false);
  expect(judgedRevision.safeParse(`02.${revision}`).success).toBe(false);
});

test("a revision that is judged has one version of the rules before it", () => {
  expect(judgedRevision.safeParse("02.00000000.01.301.k3f9q2").success).toBe(true);
  expect(judgedRevision.safeParse("002.00000000.01.301.k3f9q2").success).toBe(false);
});

test("equal readings have the same revision in every release", () => {
  expect(revisionOf(reading)).toBe("00000000.01.300.qi1w56");
  const untitled = {
    ...reading,
    author: undefined,
    links: [{ url: "https://a.example.com/" }, { url: "/" }],
  };
  expect(revisionOf(untitled)).toBe("00000000.01.200.v8s0sm");
});
