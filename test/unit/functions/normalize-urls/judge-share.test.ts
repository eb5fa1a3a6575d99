import { describe, expect, test } from "vitest";
import { judgeShare } from "../../../../functions/normalize-urls/judge-share.ts";
import { linkShare } from "../../../../shared/events/link-share.v1.ts";

const share = {
  id: "x:1",
  event_time: "2026-01-02T03:04:05.678Z",
  kind: "post",
  source: "x",
  revision: "00000000.01.000.000000",
  links: [],
};
const judge = (post: object) => judgeShare(linkShare.parse({ ...share, ...post }));
const revision = "02.00000000.01.000.000000";

/** The outcomes and keys of what is not counted of links in this post. */
const unlinkedOf = (links: { url: string }[], post: object = {}) =>
  judge({ ...post, links }).unlinked.map((one) => [one.outcome, one.url_key]);

const keysOf = (urls: string[], post: object = {}) =>
  judge({ ...post, links: urls.map((url) => ({ url })) }).mentions.map(({ url_key }) => url_key);

describe("a page that a post links to", () => {
  test("is one mention of what its reading knows", () => {
    const known = { author: "x:7", alias: "x:8", kind: "repost", source: "x" };
    const links = [{ url: "http://www.example.com/a/?utm_source=x", slot: "t.co/1", title: "A" }];
    expect(judge({ ...known, links })).toEqual({
      mentions: [
        {
          id: "x:1",
          event_time: "2026-01-02T03:04:05.678Z",
          author: "x:7",
          alias: "x:8",
          kind: "repost",
          source: "x",
          revision,
          url_key: "example.com/a",
          url: "http://www.example.com/a/",
          host: "example.com",
          title: "A",
        },
      ],
      unlinked: [],
    });
  });

  test("has no author, alias or title where nobody tells them", () => {
    const { mentions } = judge({ links: [{ url: "https://example.com/a" }] });
    expect(Object.keys(mentions[0] ?? {})).toEqual([
      "id",
      "event_time",
      "kind",
      "source",
      "revision",
      "url_key",
      "url",
      "host",
    ]);
  });

  test("is mentioned once by the first of its spellings, with the first title of any", () => {
    const judged = judge({
      links: [
        { url: "https://example.com/a" },
        { url: "https://www.example.com/a", slot: "t.co/2", title: "First" },
        { url: "http://example.com/a/", title: "Second" },
        { url: "https://example.com/a?utm_source=x" },
        { url: "https://example.com/b", title: "B" },
      ],
    });
    expect(judged.mentions.map(({ url, title }) => [url, title])).toEqual([
      ["https://example.com/a", "First"],
      ["https://example.com/b", "B"],
    ]);
    const link = { id: "x:1", event_time: "2026-01-02T03:04:05.678Z", source: "x", revision };
    const merged = { outcome: "merged-within-post", url_key: "example.com/a" };
    expect(judged.unlinked).toEqual([
      { ...link, url: "https://www.example.com/a", slot: "t.co/2", ...merged },
      { ...link, url: "http://example.com/a/", ...merged },
      { ...link, url: "https://example.com/a?utm_source=x", ...merged },
    ]);
  });
});

describe("a post that mentions no page", () => {
  const reading = {
    id: "x:1",
    event_time: "2026-01-02T03:04:05.678Z",
    kind: "post",
    source: "x",
    revision,
  };

  test("is one mention without a page, which withdraws what was mentioned before", () => {
    expect(judge({})).toEqual({ mentions: [reading], unlinked: [] });
  });

  test("is so also where none of its links is counted", () => {
    const { mentions, unlinked } = judge({ links: [{ url: "ftp://a.org/" }] });
    expect(mentions).toEqual([reading]);
    expect(unlinked).toEqual([
      {
        id: "x:1",
        event_time: "2026-01-02T03:04:05.678Z",
        source: "x",
        revision,
        url: "ftp://a.org/",
        outcome: "not-http",
      },
    ]);
  });
});

describe("a link to a post", () => {
  const link = [{ url: "https://twitter.com/jack/status/20" }];
  const key = "x.com/i/status/20";

  test.each<[string, object, string]>([
    ["itself", { id: "x:20" }, "self-link"],
    ["another version of itself", { also_known_as: ["x:19", "x:20"] }, "self-link"],
    ["the one that it quotes", { quotes: "x:20" }, "quoted-permalink"],
  ])("to %s is no share", (_, post, outcome) => {
    expect(unlinkedOf(link, post)).toEqual([[outcome, key]]);
    expect(keysOf(["https://twitter.com/jack/status/20"], post)).toEqual([undefined]);
  });

  test("to any other post is a share", () => {
    const post = { id: "x:2", also_known_as: ["x:200"], quotes: "x:0" };
    expect(keysOf(["https://twitter.com/jack/status/20"], post)).toEqual([key]);
  });

  test("of another network is a share, whatever its number", () => {
    const url = "https://example.social/@a/20";
    expect(keysOf([url], { id: "mastodon:20", quotes: "x:20" })).toEqual(["example.social/@a/20"]);
  });
});

describe("a link that is too long", () => {
  test("was cut, and is not counted", () => {
    const url = `https://example.com/${"a".repeat(999_980)}`;
    expect(url.length).toBe(1_000_000);
    expect(unlinkedOf([{ url }])).toEqual([["too-long", undefined]]);
  });

  test("is so also by the scheme that it comes without", () => {
    // `https://` makes 1,000,000 characters of the first, and one more of the second.
    const url = (length: number) => `example.com/${"a".repeat(length)}`;
    expect(judge({ links: [{ url: url(999_980) }] }).unlinked).toEqual([]);
    expect(judge({ links: [{ url: url(999_981) }] }).unlinked).toMatchObject([
      { outcome: "too-long", url_key: expect.stringMatching(/^example\.com\//) },
    ]);
  });
});
