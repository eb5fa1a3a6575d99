import { describe, expect, test } from "vitest";
import { linkShare } from "../../../../shared/events/link-share.v1.ts";

const share = {
  id: "bluesky:did:plc:abc/3l3qo2vuowo2b",
  event_time: "2024-09-09T19:46:02.102Z",
  author: "bluesky:did:plc:abc",
  kind: "reply",
  source: "bluesky",
  revision: "00000000.01.301.k3f9q2",
  links: [{ url: "https://a.example.com/", title: "A page" }],
};

const ids = (count: number) => Array.from({ length: count }, (_, n) => `x:${n}`);

describe("linkShare", () => {
  test.each([
    ["a reading with a link", share],
    ["a reading without links", { ...share, links: [] }],
    ["an author that is not known", { ...share, author: undefined }],
    [
      "a link with the source's own name of it",
      { ...share, links: [{ url: "http://a.example.com", slot: "https://t.co/a" }] },
    ],
    ["as many other ids as a page of versions", { ...share, also_known_as: ids(100) }],
    ["a quote", { ...share, kind: "quote", quotes: "bluesky:did:plc:xyz/3l3q" }],
  ])("takes %s", (_, event) => {
    expect(linkShare.safeParse(event).success).toBe(true);
  });

  test.each([
    ["more other ids than a post has", { also_known_as: ids(101) }],
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
