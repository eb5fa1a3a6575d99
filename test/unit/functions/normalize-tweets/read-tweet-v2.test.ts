import { describe, expect, test } from "vitest";
import { readTweetV2 } from "../../../../functions/normalize-tweets/read-tweet-v2.ts";

const link = (expanded_url: string, display_url?: string) => ({
  url: "https://t.co/a",
  expanded_url,
  display_url,
});
const tweet = {
  id: "1377650087799754754",
  text: "look",
  created_at: "2021-04-01T15:52:31.000Z",
  author_id: "7",
  entities: { urls: [link("https://example.com/a")] },
};
const quoted = { id: "906", text: "q", author_id: "56" };
const original = {
  id: "1377650087799750000",
  text: "original",
  author_id: "34",
  entities: { urls: [link("https://example.com/original")] },
  referenced_tweets: [{ type: "quoted", id: "906" }],
};
const refers = (...references: [type: string, id: string][]) => ({
  referenced_tweets: references.map(([type, id]) => ({ type, id })),
});

function read(more: object, ...included: { id: string }[]) {
  const item = readTweetV2(
    { ...tweet, ...more },
    new Map(included.map((one) => [one.id, one] as const)),
  );
  if (item.outcome !== "post") throw new Error(`no post, but ${item.outcome}`);
  return item.post;
}
const linksOf = (more: object, ...included: { id: string }[]) =>
  read(more, ...included).links.map(({ url }) => url);
const reactionsOf = (more: object, ...included: { id: string }[]) =>
  read(more, ...included).interactions.map(({ kind, influencer, target }) => [
    kind,
    influencer,
    target,
  ]);

describe("the kind of a tweet", () => {
  test.each([
    ["post", {}],
    ["reply", refers(["replied_to", "1"])],
    ["quote", refers(["quoted", "906"])],
    ["quote", refers(["replied_to", "1"], ["quoted", "906"])],
    ["repost", refers(["retweeted", "5"])],
    ["repost", refers(["quoted", "906"], ["retweeted", "5"])],
    ["repost", refers(["replied_to", "1"], ["retweeted", "5"])],
  ])("is %s", (kind, more) => {
    expect(read(more).kind).toBe(kind);
  });
});

describe("a retweet", () => {
  const retweet = refers(["retweeted", original.id]);

  test("is another name of the tweet that it retweets, and quotes what that one quotes", () => {
    const post = read(retweet, original, quoted);
    expect(post.alsoKnownAs).toEqual(["x:1377650087799750000"]);
    expect(post.quotes).toBe("x:906");
    expect(post.text).toBe("original");
    expect(post.links.map(({ url }) => url)).toEqual(["https://example.com/original"]);
    expect(post.revision).toMatch(/^00000000\.01\.300\./);
  });

  test("is a part where the page does not hold what it retweets", () => {
    const post = read(retweet);
    expect(post.text).toBe("look");
    expect(post.revision).toMatch(/^00000000\.01\.100\./);
  });

  test("reacts to its author alone, whomever it mentions", () => {
    const mentions = { entities: { mentions: [{ id: "78" }] } };
    expect(reactionsOf({ ...retweet, ...mentions }, original, quoted)).toEqual([
      ["repost", "x:34", "x:1377650087799750000"],
    ]);
    const inPlace = { referenced_tweets: [{ type: "retweeted", ...original }] };
    expect(reactionsOf(inPlace)).toEqual([["repost", "x:34", "x:1377650087799750000"]]);
    expect(linksOf(inPlace)).toEqual(["https://example.com/original"]);
    expect(reactionsOf(retweet)).toEqual([]);
  });
});

test("a tweet reacts to the author of what it quotes or answers, and to whom it mentions", () => {
  expect(
    reactionsOf(
      {
        ...refers(["replied_to", "1"], ["quoted", "906"]),
        in_reply_to_user_id: "67",
        note_tweet: { text: "long", entities: { mentions: [{ id: "78" }] } },
        entities: { mentions: [{ id: "89" }] },
      },
      quoted,
    ),
  ).toEqual([
    ["quote", "x:56", "x:906"],
    ["reply", "x:67", "x:1"],
    ["mention", "x:78", undefined],
    ["mention", "x:89", undefined],
  ]);
});

test("photos and videos of its own are no links of a tweet, whatever X is called", () => {
  const urls = [
    link("https://twitter.com/a/status/1/photo/1", "pic.twitter.com/a"),
    link("https://twitter.com/a/status/1/video/1", "pic.x.com/a"),
    link("https://example.com/pic.x.com/a", "example.com/pic.x.com/a"),
    link("https://example.com/a"),
  ];
  expect(linksOf({ entities: { urls } })).toEqual([
    "https://example.com/pic.x.com/a",
    "https://example.com/a",
  ]);
});

test("a note has the text and links that the tweet has only the beginning of", () => {
  const note_tweet = { text: "long", entities: { urls: [link("https://example.com/note")] } };
  expect(read({ note_tweet }).text).toBe("long");
  expect(linksOf({ note_tweet })).toEqual(["https://example.com/note"]);
  expect(linksOf({ note_tweet: { text: "long" } })).toEqual(["https://example.com/a"]);
});

test("an edit is known by its first version, and by each one before it", () => {
  const edit_history_tweet_ids = ["1377650087799754000", "1377650087799754001", tweet.id];
  const post = read({ edit_history_tweet_ids });
  expect(post.id).toBe("x:1377650087799754000");
  expect(post.alsoKnownAs).toEqual(["x:1377650087799754001", "x:1377650087799754754"]);
  expect(new Date(post.createdAt).toISOString()).toBe("2021-04-01T15:52:31.089Z");
  expect(post.revision).toMatch(/^00000001\./);
});

test("an edit tells how much later it was written, and a first version its own time", () => {
  const later = read({
    id: "1377650091994058754",
    edit_history_tweet_ids: [tweet.id, "1377650091994058754"],
  });
  expect(later.revision).toMatch(/^000000rs\./);
  expect(new Date(later.createdAt).toISOString()).toBe("2021-04-01T15:52:31.089Z");
  const first = read({ edit_history_tweet_ids: [tweet.id] });
  expect(first.revision).toMatch(/^00000000\.01\.300\./);
  expect(new Date(first.createdAt).toISOString()).toBe("2021-04-01T15:52:31.000Z");
});

test.each([
  [{ created_at: null }, "2021-04-01T15:52:31.089Z"],
  [{ created_at: "" }, "2021-04-01T15:52:31.089Z"],
  [{ id: "20" }, "2021-04-01T15:52:31.000Z"],
  [{ id: "21", edit_history_tweet_ids: ["20", "21"] }, "2021-04-01T15:52:31.000Z"],
  [{ edit_history_tweet_ids: [] }, "2021-04-01T15:52:31.000Z"],
  [{ edit_history_tweet_ids: null }, "2021-04-01T15:52:31.000Z"],
])("its time is what it says, or its id: %j", (more, at) => {
  expect(new Date(read(more).createdAt).toISOString()).toBe(at);
});

test("what it does not say is left out", () => {
  const post = read({
    author_id: null,
    lang: null,
    entities: null,
    note_tweet: null,
    referenced_tweets: null,
  });
  expect(post).toMatchObject({
    author: undefined,
    language: undefined,
    links: [],
    interactions: [],
  });
  expect(post.kind).toBe("post");
  expect(post.revision).toMatch(/^00000000\.01\.000\./);
  expect(read({ lang: "en" })).toMatchObject({ author: "x:7", language: "en" });
  expect(read({ note_tweet: { text: null } }).text).toBe("look");
});

test("what is quoted or answered is no tweet that it shares, and only what is quoted is a quote", () => {
  for (const type of ["quoted", "replied_to"]) {
    expect(linksOf(refers([type, original.id]), original)).toEqual(["https://example.com/a"]);
  }
  expect(read(refers(["replied_to", "1"])).quotes).toBeUndefined();
  expect(read(refers(["replied_to", "1"], ["quoted", "906"])).quotes).toBe("x:906");
});

test("whoever is quoted or answered is reacted to as far as they are told", () => {
  const inPlace = { referenced_tweets: [{ type: "quoted", ...quoted }] };
  expect(reactionsOf(inPlace)).toEqual([["quote", "x:56", "x:906"]]);
  const included = { ...quoted, author_id: "57" };
  expect(reactionsOf(inPlace, included)).toEqual([["quote", "x:57", "x:906"]]);
  expect(reactionsOf(refers(["quoted", "906"]))).toEqual([]);
  expect(reactionsOf(refers(["replied_to", "1"]))).toEqual([]);
  expect(reactionsOf({ in_reply_to_user_id: "67" })).toEqual([]);
});

test.each([
  ["pic.twitter.com/a", []],
  ["pic.x.com/a", []],
  ["xpic.x.com/a", ["https://a.example/"]],
  ["pic.y.com/a", ["https://a.example/"]],
  ["pic-x.com/a", ["https://a.example/"]],
  ["pic.x.com", ["https://a.example/"]],
])("a link that is shown as %s", (display_url, links) => {
  expect(linksOf({ entities: { urls: [link("https://a.example/", display_url)] } })).toEqual(links);
});

test("the text is read for links only where no entities are told", () => {
  const text = "see https://example.com/b";
  expect(linksOf({ text, entities: undefined })).toEqual(["https://example.com/b"]);
  expect(linksOf({ text, entities: {} })).toEqual([]);
  expect(linksOf({ text, entities: { mentions: [{ id: "78" }] } })).toEqual([]);
});

describe("a tweet that is none", () => {
  test.each([
    ["id", { id: {} }, "missing-id", "neither a string nor a safe integer"],
    ["id", { id: 2 ** 60 }, "unsafe-id", "neither a string nor a safe integer"],
    [
      "created_at",
      { created_at: "2021-03-03T10:15:00" },
      "impossible-time",
      "no instant: an offset from UTC is missing",
    ],
    ["created_at", { created_at: "yesterday" }, "impossible-time", undefined],
    [
      "created_at",
      { id: "20", created_at: undefined },
      "invalid-field",
      "absent, and ids from before 2010-11 tell no time",
    ],
    ["text", { text: 1 }, "invalid-field", undefined],
  ])("fails by its %s", (path, more, reason, message) => {
    expect(readTweetV2({ ...tweet, ...more }, new Map())).toMatchObject({
      outcome: "failed",
      reason,
      issues: [{ path, ...(message !== undefined && { message }) }],
    });
  });
});
