import { describe, expect, test } from "vitest";
import type { ItemLayout } from "../../../../functions/normalize-items/item-layout.ts";
import {
  normalizeMessage,
  sourceOf,
} from "../../../../functions/normalize-items/normalize-message.ts";
import { linkShare } from "../../../../shared/events/link-share.v1.ts";
import { post as postSchema } from "../../../../shared/events/post.v1.ts";
import { normalizePosts } from "../../../../shared/posts/normalize-posts.ts";
import { delivery } from "../../../support/deliveries.ts";
import { threadCpuMs } from "../../../support/thread-cpu-ms.ts";

const context = {
  functionVersion: "v1",
  now: Date.parse("2026-01-02T12:00:00Z"),
  storesText: true,
};
const messageOf = (source: string | undefined, ...records: unknown[]) => ({
  ...delivery(records.map((record) => JSON.stringify(record)).join("\n"), "items"),
  attributes: source === undefined ? {} : { source },
});
const normalize = (...records: unknown[]) =>
  normalizeMessage(messageOf("hacker-news", ...records), context);

/** As the search of Hacker News has it. */
const story = {
  _tags: ["story", "author_pg", "story_1"],
  author: "pg",
  children: [15, 487171],
  created_at: "2006-10-09T18:21:51Z",
  created_at_i: 1_160_418_111,
  num_comments: 18,
  objectID: "1",
  points: 57,
  story_id: 1,
  title: "Y Combinator",
  updated_at: "2025-06-05T07:02:39Z",
  url: "http://ycombinator.com",
};

test("a story of Hacker News becomes one link share and one receipt that fit their schemas", () => {
  const { shares, receipts, tombstones, failed } = normalize({ hits: [story], nbHits: 1, page: 0 });
  expect([tombstones, failed]).toEqual([[], []]);
  const links = [{ url: "http://ycombinator.com", title: "Y Combinator" }];
  const common = {
    id: "hacker-news:1",
    event_time: "2006-10-09T18:21:51.000Z",
    author: "hacker-news:pg",
    kind: "post",
    source: "hacker-news",
    revision: expect.any(String),
    links,
  };
  expect(shares).toEqual([common]);
  expect(receipts).toEqual([
    {
      ...common,
      outcome: "post",
      text: "Y Combinator",
      message_id: "m1",
      position: "records[0].hits[0]",
      received_at: "2026-01-02T03:04:05.678Z",
    },
  ]);
  expect(shares.map((one) => linkShare.safeParse(one).error)).toEqual([undefined]);
  expect(receipts.map((one) => postSchema.safeParse(one).error)).toEqual([undefined]);
});

const linksOf = (more: object) => normalize({ ...story, ...more }).shares[0]?.links;

test.each<[string, object, object[]]>([
  [
    "in the text of a question",
    {
      url: null,
      title: "Ask HN: which?",
      story_text:
        'This <a href="https:&#x2F;&#x2F;example.com&#x2F;a?b=1&amp;c=2" rel="nofollow">https:&#x2F;&#x2F;example.com&#x2F;...</a><p>or <A HREF=https://b.example/>that</a>, <a href="item?id=1">not this</a>',
    },
    [{ url: "https://example.com/a?b=1&c=2" }, { url: "https://b.example/" }],
  ],
  [
    "each is there once",
    { story_text: `<a href="${story.url}">` },
    [{ url: story.url, title: story.title }],
  ],
  ["none", { url: "" }, []],
  ["another scheme is none", { url: "javascript:alert(1)" }, []],
  ["words around an address are none", { url: `see ${story.url}` }, []],
  [
    "the title is of the first that has a field of its own",
    { url: ["", story.url, "https://b.example/"], story_text: '<a href="https://c.example/">' },
    [
      { url: story.url, title: story.title },
      { url: "https://b.example/" },
      { url: "https://c.example/" },
    ],
  ],
  ["an empty title is none", { title: " " }, [{ url: story.url }]],
  [
    "spaces around it",
    { url: " https://a.example/ " },
    [{ url: "https://a.example/", title: story.title }],
  ],
])("links: %s", (_what, more, links) => expect(linksOf(more)).toEqual(links));

test("its text is its title and what its HTML says, as far as each is there", () => {
  const textOf = (more: object) => normalize({ ...story, ...more }).receipts[0]?.text;
  expect(textOf({ title: " Ask HN ", story_text: "<p>Which &amp; why?" })).toBe(
    "Ask HN\nWhich & why?",
  );
  expect(textOf({ title: null, story_text: "Which?" })).toBe("Which?");
  expect(textOf({ title: null })).toBeUndefined();
});

test("what is longer than its schema allows is cut", () => {
  const title = "t".repeat(1_025);
  const url = `https://example.com/${"a".repeat(1_000_000)}`;
  const { receipts } = normalize({ ...story, title, url, story_text: "x".repeat(100_000) });
  expect(postSchema.safeParse(receipts[0]).error).toBeUndefined();
  const [receipt] = receipts;
  expect(receipt?.text?.length).toBe(100_000);
  expect(receipt?.links.map((one) => [one.url.length, one.title?.length])).toEqual([
    [1_000_000, 1_024],
  ]);
});

describe("a revision", () => {
  const revisionOf = (updated_at: unknown) =>
    normalize({ ...story, updated_at }).shares[0]?.revision;

  test("is of an item that is told whole, with its author and its title", () => {
    // Never changed, by the first reader; 2 * 36² for all of it, 36² for its author, 1 for its title.
    for (const never of [undefined, "yesterday"]) {
      expect(revisionOf(never)).toMatch(/^00000000\.01\.301\.[0-9a-z]{6}$/);
    }
  });

  test.each([
    // 1,000 ms in base 36.
    "2006-10-09T18:21:52Z",
    "2006-10-09T20:21:52+02:00",
    1_160_418_112,
    1_160_418_112_000.9,
  ])("says that it was changed a second later, at %s", (updated_at) => {
    expect(revisionOf(updated_at)).toMatch(/^000000rs\.01\.301\./);
  });

  test("is greater, the later that was", () => {
    const [before = "", after = ""] = [39, 40].map((second) =>
      revisionOf(`2025-06-05T07:02:${second}Z`),
    );
    expect(after > before).toBe(true);
  });
});

test("lists, single items and empty answers are read, too", () => {
  const { receipts } = normalize([story, { ...story, objectID: "2" }], story, { hits: [] });
  expect(receipts.map(({ id, reason, position }) => [id ?? reason, position])).toEqual([
    ["hacker-news:1", "records[0][0]"],
    ["hacker-news:2", "records[0][1]"],
    ["hacker-news:1", "records[1]"],
    ["notice-empty-page", "records[2]"],
  ]);
});

test.each<[string, unknown, string, string, string]>([
  ["no object", 7, "unknown-shape", "records[0]", "no item of hacker-news: not an object"],
  ["nothing", null, "unknown-shape", "records[0]", "no item of hacker-news: not an object"],
  [
    "no item in a list",
    { hits: [story, "x"] },
    "unknown-shape",
    "records[0].hits[1]",
    "no item of hacker-news: not an object",
  ],
  ["no id", { ...story, objectID: undefined }, "missing-id", "records[0].objectID", "no id"],
  ["an empty id", { ...story, objectID: "" }, "missing-id", "records[0].objectID", "no id"],
  [
    "an id that is a list",
    { ...story, objectID: ["1"] },
    "missing-id",
    "records[0].objectID",
    "no id",
  ],
  [
    "an id that has lost digits",
    { ...story, objectID: 2 ** 60 },
    "unsafe-id",
    "records[0].objectID",
    "a number that has lost digits",
  ],
  [
    "a very long id",
    { ...story, objectID: "9".repeat(600) },
    "missing-id",
    "records[0].objectID",
    "no id",
  ],
  ...[null, "2026-01-02", ["2026-01-02T00:00:00Z"], "1767312000"].map(
    (created_at_i) =>
      [
        `the time ${JSON.stringify(created_at_i)}`,
        { ...story, created_at_i },
        "impossible-time",
        "records[0].created_at_i",
        "no time that can be read",
      ] satisfies [string, unknown, string, string, string],
  ),
  [
    "a link that is an object",
    { ...story, url: { a: 1 } },
    "invalid-field",
    "records[0].url",
    "no address",
  ],
  [
    "a link in a list that is none",
    { ...story, url: [story.url, 7] },
    "invalid-field",
    "records[0].url",
    "no address",
  ],
  [
    "a title that is a number",
    { ...story, title: 7 },
    "invalid-field",
    "records[0].title",
    "no text",
  ],
])("%s fails, and its neighbours are counted", (_what, record, reason, path, message) => {
  const { failed, shares } = normalize(record, { ...story, objectID: "3" });
  expect(failed).toMatchObject([{ stage: "normalize-items", reason, issues: [{ path, message }] }]);
  expect(shares.map(({ id }) => id)).toContain("hacker-news:3");
});

test.each([1.9e9, -62_135_596_800])("no item is of %d s", (created_at_i) => {
  expect(normalize({ ...story, created_at_i }).failed).toMatchObject([
    { reason: "impossible-time", issues: [{ path: "records[0].created_at" }] },
  ]);
});

test("a number beyond all numbers is no time", () => {
  const text = JSON.stringify(story).replace("1160418111", "1e999");
  const { failed } = normalizeMessage(
    { ...delivery(text, "items"), attributes: { source: "hacker-news" } },
    context,
  );
  expect(failed).toMatchObject([{ issues: [{ path: "records[0].created_at_i" }] }]);
});

test("a message that names no layout fails, each record with its bytes", () => {
  for (const source of [undefined, "toString", "myspace"]) {
    const { failed, receipts } = normalizeMessage(messageOf(source, story, story), context);
    expect(receipts).toEqual([]);
    const message = "no attribute source: one of hacker-news";
    expect(failed).toMatchObject([
      { reason: "unknown-shape", issues: [{ path: "records[0]", message }] },
      { reason: "unknown-shape", issues: [{ path: "records[1]", message }] },
    ]);
  }
});

test("HTML of any depth costs what its length costs", () => {
  const bomb = '<a href="https://a.example/">'.repeat(20_000) + "&amp;".repeat(100_000);
  let links: unknown;
  const took = threadCpuMs(() => {
    links = linksOf({ url: null, story_text: bomb });
  });
  expect(links).toEqual([{ url: "https://a.example/" }]);
  expect(took).toBeLessThan(2_000);
});

describe("another layout", () => {
  const layout: ItemLayout = {
    source: "forum",
    items: ["data", "posts"],
    id: ["id"],
    createdAt: ["at"],
    author: ["user", "name"],
    language: ["lang"],
    links: [["links"], ["card", "url"]],
    parent: ["reply_to"],
    answered: ["reply_to", "user"],
    deleted: ["gone"],
  };
  const read = (...posts: unknown[]) =>
    normalizePosts(messageOf("forum", { data: { posts } }), sourceOf(layout), context);
  const answer = {
    id: 12,
    at: 1_767_312_000_123,
    user: { name: "Ann B" },
    lang: "de",
    links: ["https://a.example/", "https://b.example/"],
    card: { url: "https://c.example/" },
    reply_to: { id: 11, user: "bob" },
  };

  test("tells replies, whom they answer, several links, and times in milliseconds", () => {
    const { shares, receipts, interactions } = read(answer);
    expect(shares).toMatchObject([
      {
        id: "forum:12",
        event_time: "2026-01-02T00:00:00.123Z",
        author: "forum:Ann%20B",
        kind: "reply",
        links: [
          { url: "https://a.example/" },
          { url: "https://b.example/" },
          { url: "https://c.example/" },
        ],
      },
    ]);
    expect(receipts).toMatchObject([{ language: "de", position: "records[0].data.posts[0]" }]);
    expect(interactions).toMatchObject([
      { influencer: "forum:bob", influenced: "forum:Ann%20B", kind: "reply" },
    ]);
  });

  test("tells what answers nothing, by a number or a name as an id, with a time in words", () => {
    const { receipts, interactions } = read(
      { ...answer, reply_to: undefined, at: "2026-01-02T01:00:00+01:00", lang: "x".repeat(65) },
      { ...answer, id: "a b/1%", user: { name: 7 }, lang: " " },
    );
    expect(receipts).toMatchObject([
      { id: "forum:12", kind: "post", event_time: "2026-01-02T00:00:00.000Z" },
      { id: "forum:a%20b/1%25", kind: "reply", author: "forum:7" },
    ]);
    expect(receipts.map(({ language }) => language)).toEqual(["x".repeat(64), undefined]);
    expect(interactions.map(({ influenced }) => influenced)).toEqual(["forum:7"]);
  });

  test("says which field of an item is wrong", () => {
    const { failed } = read({ ...answer, card: { url: 7 } });
    expect(failed).toMatchObject([{ issues: [{ path: "records[0].data.posts[0].card.url" }] }]);
  });

  test("tells what is deleted, with or without its time", () => {
    const { tombstones, shares } = read(
      { id: 12, at: 1_767_312_000, gone: true },
      { id: 13, gone: true },
    );
    expect(shares).toEqual([]);
    expect(tombstones).toEqual([
      { id: "forum:12", source: "forum", event_time: "2026-01-02T00:00:00.000Z" },
      { id: "forum:13", source: "forum" },
    ]);
  });
});
