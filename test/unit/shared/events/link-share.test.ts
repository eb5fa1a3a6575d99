import { describe, expect, test } from "vitest";
import { linkShare } from "../../../../shared/events/link-share.v1.ts";
import { tombstone } from "../../../../shared/events/tombstone.v1.ts";
import { unlinked } from "../../../../shared/events/unlinked.v1.ts";

const share = {
  id: "bluesky:did:plc:abc/3l3qo2vuowo2b",
  event_time: "2024-09-09T19:46:02.102Z",
  author: "bluesky:did:plc:abc",
  kind: "reply",
  source: "bluesky",
  revision: "00000000.01.301.k3f9q2",
  links: [{ url: "https://a.example.com/", title: "A page" }],
};

describe("linkShare", () => {
  test.each([
    ["a reading with a link", share],
    ["a reading without links", { ...share, links: [] }],
    ["an author that is not known", { ...share, author: undefined }],
    [
      "a link with the source's own name of it",
      { ...share, links: [{ url: "http://a.example.com", slot: "https://t.co/a" }] },
    ],
    ["a quote", { ...share, kind: "quote", quotes: "bluesky:did:plc:xyz/3l3q" }],
  ])("takes %s", (_, event) => {
    expect(linkShare.safeParse(event).success).toBe(true);
  });

  test.each([
    ["a kind of one network", { kind: "retweet" }],
    ["a source that is no name", { source: "Bluesky App" }],
    ["an id without a source", { id: "3l3qo2vuowo2b" }],
    ["a day that is not", { event_time: "2024-02-30T19:46:02.102Z" }],
    ["a revision that does not sort", { revision: "1.2.3" }],
    ["a link that is empty", { links: [{ url: "" }] }],
    [
      "more links than any post has",
      { links: Array.from({ length: 10_001 }, () => ({ url: "a" })) },
    ],
  ])("refuses %s", (_, change) => {
    expect(linkShare.safeParse({ ...share, ...change }).success).toBe(false);
  });
});

test("a tombstone may tell when the deleted post was created", () => {
  const row = { id: "x:20", source: "x" };
  expect(tombstone.safeParse(row).success).toBe(true);
  expect(tombstone.safeParse({ ...row, event_time: "2006-03-21T20:50:14.000Z" }).success).toBe(
    true,
  );
  expect(tombstone.safeParse({ ...row, event_time: "soon" }).success).toBe(false);
});

test("a link that is not counted says why, and under which reading and rules", () => {
  const row = {
    id: "x:20",
    event_time: "2006-03-21T20:50:14.000Z",
    source: "x",
    revision: "02.00000000.01.301.k3f9q2",
    url: "http://localhost/",
    outcome: "no-public-suffix",
  };
  expect(unlinked.safeParse(row).success).toBe(true);
  expect(unlinked.safeParse({ ...row, outcome: "" }).success).toBe(false);
  expect(unlinked.safeParse({ ...row, revision: "00000000.01.301.k3f9q2" }).success).toBe(false);
});
