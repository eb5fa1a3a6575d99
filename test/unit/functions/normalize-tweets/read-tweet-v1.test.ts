import { describe, expect, test } from "vitest";
import {
  readArchivedTweet,
  readTweetV1,
} from "../../../../functions/normalize-tweets/read-tweet-v1.ts";
import type { Item } from "../../../../shared/posts/post-item.ts";

const link = (expanded_url: string) => ({ url: "https://t.co/a", expanded_url });
const tweet = {
  created_at: "Wed Jul 03 06:29:00 +0000 2019",
  id_str: "1146304818337722368",
  text: "look https://t.co/a",
  user: { id_str: "12", followers_count: 9 },
  entities: { urls: [link("https://example.com/a")] },
};
/** Somebody quotes tweet 906, with a comment of their own. */
const quote = {
  ...tweet,
  id_str: "1146300000000000001",
  user: { id_str: "34", followers_count: 5 },
  is_quote_status: true,
  quoted_status_id_str: "906",
  quoted_status: { id_str: "906", user: { id_str: "56", followers_count: 7 } },
};

function postOf(item: Item) {
  if (item.outcome !== "post") throw new Error(`no post, but ${item.outcome}`);
  return item.post;
}
const read = (more: object) => postOf(readTweetV1({ ...tweet, ...more }));
const reactionsOf = (more: object) =>
  read(more).interactions.map(({ kind, influencer, target, followers }) => [
    kind,
    influencer,
    target,
    followers,
  ]);

describe("the kind of a tweet", () => {
  test.each([
    ["post", {}],
    ["reply", { in_reply_to_status_id_str: "1" }],
    ["quote", { quoted_status_id_str: "906" }],
    ["quote", { quoted_status: { id_str: "906" } }],
    // Who answers by a quote says something of their own of it.
    ["quote", { quoted_status_id_str: "906", in_reply_to_status_id_str: "1" }],
    ["repost", { retweeted_status: tweet }],
    // X tells of the retweet of a quote what it quotes as well: it is no original of the retweeter.
    ["repost", { retweeted_status: quote, is_quote_status: true, quoted_status_id_str: "906" }],
    ["repost", { ...quote, retweeted_status: quote }],
    ["repost", { retweeted_status: tweet, in_reply_to_status_id_str: "1" }],
    // Datasets of before 2011 have no texts of ids.
    ["reply", { in_reply_to_status_id: 1 }],
    ["quote", { quoted_status_id: 906 }],
    ["quote", { quoted_status: { id: 906 } }],
    ["post", { in_reply_to_status_id: null, quoted_status_id: 2 ** 60 }],
  ])("is %s", (kind, more) => {
    expect(read(more).kind).toBe(kind);
  });
});

describe("a retweet", () => {
  test("is another name of the tweet that it retweets, and quotes what that one quotes", () => {
    const post = read({ retweeted_status: quote });
    expect(post.id).toBe("x:1146304818337722368");
    expect(post.alsoKnownAs).toEqual(["x:1146300000000000001"]);
    expect(post.quotes).toBe("x:906");
    expect(read({ retweeted_status: tweet, quoted_status_id_str: "906" }).quotes).toBeUndefined();
  });

  test("reacts to its author alone, whomever both of them mention", () => {
    const mentions = { urls: [link("https://example.com/a")], user_mentions: [{ id_str: "78" }] };
    const retweeted_status = { ...quote, entities: mentions };
    expect(reactionsOf({ entities: mentions, retweeted_status })).toEqual([
      ["repost", "x:34", "x:1146300000000000001", 5],
    ]);
  });

  test("has the text and links of the whole tweet, where its own are cut", () => {
    const whole = { full_text: "whole", entities: { urls: [link("https://example.com/whole")] } };
    const retweeted_status = { ...tweet, truncated: true, extended_tweet: whole };
    const post = read({ text: "RT @a: who…", entities: { urls: [] }, retweeted_status });
    expect(post.text).toBe("whole");
    expect(post.links.map(({ url }) => url)).toEqual(["https://example.com/whole"]);
  });
});

describe("a tweet reacts to", () => {
  test("the author of what it quotes or answers, and to whom it mentions", () => {
    expect(
      reactionsOf({
        ...quote,
        in_reply_to_status_id_str: "1",
        in_reply_to_user_id_str: "67",
        entities: { urls: [], user_mentions: [{ id_str: "67" }, { id: 78 }] },
      }),
    ).toEqual([
      ["quote", "x:56", "x:906", 7],
      ["reply", "x:67", "x:1", undefined],
      ["mention", "x:67", undefined, undefined],
      ["mention", "x:78", undefined, undefined],
    ]);
  });

  test("whom its extended part mentions, where there is one", () => {
    const extended_tweet = { full_text: "long", entities: { user_mentions: [{ id_str: "78" }] } };
    expect(reactionsOf({ extended_tweet, truncated: true })).toEqual([
      ["mention", "x:78", undefined, undefined],
    ]);
  });

  test("nobody by answering no tweet in particular", () => {
    expect(reactionsOf({ in_reply_to_user_id_str: "67" })).toEqual([]);
  });

  test.each([-1, 1.5, "9", null])("somebody whose %j followers are no count", (followers_count) => {
    const quoted_status = { id_str: "906", user: { id_str: "56", followers_count } };
    expect(reactionsOf({ quoted_status })).toEqual([["quote", "x:56", "x:906", undefined]]);
  });
});

describe("how much a reading knows", () => {
  /** In the revision, which decides between two readings: of tweets that are told with their author. */
  const [whole, part] = [/^00000000\.01\.300\./, /^00000000\.01\.100\./];

  test.each([
    ["a whole tweet", {}, whole],
    ["a cut tweet with its extended part", { truncated: true, extended_tweet: {} }, whole],
    ["a cut tweet", { truncated: true }, part],
    ["a bare text", { entities: null }, part],
    ["a tweet that is not cut", { truncated: false, extended_tweet: null }, whole],
    ["a bare text with an extended part of no links", { entities: null, extended_tweet: {} }, part],
    ["a retweet of a cut tweet", { retweeted_status: { ...tweet, truncated: true } }, part],
  ])("is told of %s", (_, more, revision) => {
    expect(read(more).revision).toMatch(revision);
  });

  test("is more where X has followed a link, and where it tells its title", () => {
    const unwound = { url: "https://example.com/b", title: " B " };
    const post = read({ entities: { urls: [{ ...link("https://bit.ly/b"), unwound }] } });
    expect(post.links).toEqual([
      { url: "https://example.com/b", slot: "https://t.co/a", title: "B" },
    ]);
    expect(post.revision).toMatch(/^00000000\.01\.311\./);
  });
});

describe("a tweet of an account archive", () => {
  test("that retweets is a part of a repost, of whose author only the name is known", () => {
    const user_mentions = [{ id_str: "34" }, { id_str: "56" }];
    const archived = { ...tweet, user: undefined, full_text: "RT @a: look", text: undefined };
    const post = postOf(readArchivedTweet({ ...archived, entities: { urls: [], user_mentions } }));
    expect(post.kind).toBe("repost");
    expect(post.revision).toMatch(/^00000000\.01\.000\./);
    expect(post.interactions).toEqual([
      { influencer: "x:34", kind: "repost", target: undefined, followers: undefined },
    ]);
  });

  test("that only looks like it is none where it comes by the API", () => {
    expect(read({ text: "RT @a: look" }).kind).toBe("post");
    expect(postOf(readArchivedTweet({ ...tweet, text: "see RT @a: look" })).kind).toBe("post");
  });

  test("that was edited has the identity of its first version", () => {
    const id = (edit_info: object) => postOf(readArchivedTweet({ ...tweet, edit_info })).id;
    expect(id({ edit: { initialTweetId: "1146304818337722000" } })).toBe("x:1146304818337722000");
    expect(id({ initial: { editTweetIds: ["1146304818337722001"] } })).toBe(
      "x:1146304818337722001",
    );
  });
});

test.each([
  [{ text: "cut…", full_text: "whole" }, "whole"],
  [{ text: "cut…", full_text: null }, "cut…"],
  [{ text: "cut…", extended_tweet: { full_text: "whole" } }, "whole"],
  [{ full_text: "whole", extended_tweet: { full_text: null } }, "whole"],
  [{ text: null }, undefined],
])("its text is the longest that is told: %j", (more, text) => {
  expect(read(more).text).toBe(text);
});

test("its links are those of the extended part, where that lists any", () => {
  const extended_tweet = { full_text: "long", entities: { urls: [link("https://b.example/")] } };
  const urlsOf = (more: object) => read(more).links.map(({ url }) => url);
  expect(urlsOf({ extended_tweet })).toEqual(["https://b.example/"]);
  expect(urlsOf({ extended_tweet: { full_text: "long" } })).toEqual(["https://example.com/a"]);
});

test("a tweet of nobody, that quotes or answers nobody, is read without them", () => {
  const post = read({ user: null, lang: null, entities: { urls: null } });
  expect(post).toMatchObject({ author: undefined, language: undefined, interactions: [] });
  expect(read({ user: { id: 12 } }).author).toBe("x:12");
  expect(reactionsOf({ quoted_status: { id_str: "906", user: null } })).toEqual([]);
  expect(reactionsOf({ in_reply_to_status_id_str: "1" })).toEqual([]);
  expect(reactionsOf({ in_reply_to_status_id_str: "1", in_reply_to_user_id: 67 })).toEqual([
    ["reply", "x:67", "x:1", undefined],
  ]);
  expect(reactionsOf({ retweeted_status: { ...tweet, user: null } })).toEqual([]);
});

test.each([
  [{ quoted_status_id_str: "906", quoted_status: { id_str: "907" } }, "x:906"],
  [{ quoted_status_id_str: "", quoted_status: { id_str: "907" } }, "x:907"],
  [{ quoted_status_id_str: "906", quoted_status_id: 905 }, "x:906"],
  [{ quoted_status_id: 906 }, "x:906"],
  [{ quoted_status: { id: 907 } }, "x:907"],
  [{ quoted_status_id_str: null, quoted_status: { id_str: null } }, undefined],
])("of what quotes %j it is %j", (more, quotes) => {
  const post = read(more);
  expect([post.quotes, post.kind]).toEqual([quotes, quotes === undefined ? "post" : "quote"]);
});

test("a permalink of what is quoted is no link, and without one nothing is missed", () => {
  const urls = [link("https://twitter.com/a/status/906"), link("https://example.com/a")];
  const linksOf = (expanded: string | null) =>
    read({ entities: { urls }, quoted_status_permalink: { expanded } }).links.length;
  expect(linksOf("https://twitter.com/a/status/906")).toBe(1);
  expect(linksOf(null)).toBe(2);
});

describe("an edited tweet", () => {
  const edited = "1146304822532026368";

  test.each([
    ["a later version", edited, "2019-07-03T06:29:00.662Z", "000000rs"],
    ["the first version", tweet.id_str, "2019-07-03T06:29:00.000Z", "00000000"],
  ])("%s has the identity and the time of the first", (_what, id_str, at, edit) => {
    const post = read({ id_str, edit_history: { initial_tweet_id: tweet.id_str } });
    expect(post.id).toBe(`x:${tweet.id_str}`);
    expect(post.createdAt).toBe(Date.parse(at));
    expect(post.revision.slice(0, 8)).toBe(edit);
  });

  test("is known by all of its ids", () => {
    const versions = { id_str: edited, edit_history: { initial_tweet_id: tweet.id_str } };
    expect(read({ ...versions, retweeted_status: quote }).alsoKnownAs).toEqual([
      `x:${edited}`,
      "x:1146300000000000001",
    ]);
  });

  test.each([
    [
      { edit_history: { initial_tweet_id: "21" }, edit_info: { edit: { initialTweetId: "22" } } },
      "x:21",
    ],
    [{ edit_history: null, edit_info: { edit: { initialTweetId: "22" } } }, "x:22"],
    [
      {
        edit_info: { edit: { initialTweetId: null }, initial: { editTweetIds: ["23", "24"] } },
      },
      "x:23",
    ],
    [{ edit_info: { edit: null, initial: { editTweetIds: null } } }, `x:${tweet.id_str}`],
    [{ edit_info: { initial: { editTweetIds: [] } } }, `x:${tweet.id_str}`],
    [{ edit_info: {} }, `x:${tweet.id_str}`],
    [{ edit_info: null, edit_history: { initial_tweet_id: null } }, `x:${tweet.id_str}`],
  ])("is a version of what %j says", (more, id) => {
    expect(read(more).id).toBe(id);
  });
});

test.each([
  ["RT @a: look", "repost"],
  ["RT @under_score_20_chars: look", "repost"],
  [`RT @${"a".repeat(21)}: look`, "post"],
  ["RT @a look", "post"],
  ["RT @: look", "post"],
  ["x RT @a: look", "post"],
  ["rt @a: look", "post"],
])("an archive tells a retweet by its text: %s", (text, kind) => {
  expect(postOf(readArchivedTweet({ ...tweet, text })).kind).toBe(kind);
});

test.each([
  ["a retweet", undefined, "repost"],
  ["a retweet", null, "repost"],
  ["written by hand", { id_str: "12" }, "post"],
])("without an envelope, too, where its author is left out: %s", (_what, user, kind) => {
  expect(read({ user, text: "RT @a: look" }).kind).toBe(kind);
});

test("what a tweet refers to by exact numbers is told", () => {
  const numbered = { id_str: undefined, id: 905, user: { id: 34 } };
  expect(reactionsOf({ retweeted_status: { ...tweet, ...numbered } })).toEqual([
    ["repost", "x:34", "x:905", undefined],
  ]);
  expect(read({ retweeted_status: { ...tweet, ...numbered } }).alsoKnownAs).toEqual(["x:905"]);
  expect(reactionsOf({ in_reply_to_status_id: 904, in_reply_to_user_id: 67 })).toEqual([
    ["reply", "x:67", "x:904", undefined],
  ]);
});

describe("a tweet that is none", () => {
  test.each([
    ["created_at", { created_at: undefined }, "invalid-field", "absent"],
    ["created_at", { created_at: "yesterday" }, "impossible-time", undefined],
    ["id_str", { id_str: undefined }, "missing-id", "neither id_str nor a safe integer id"],
    ["id_str", { id_str: "", id: 2 ** 60 }, "unsafe-id", "neither id_str nor a safe integer id"],
    ["text", { text: 7 }, "invalid-field", "Invalid input: expected string, received number"],
    [
      "created_at",
      { created_at: 7 },
      "invalid-field",
      "Invalid input: expected string, received number",
    ],
    ["lang", { lang: "e".repeat(65) }, "invalid-field", undefined],
  ])("fails by its %s", (path, more, reason, message) => {
    expect(readTweetV1({ ...tweet, ...more })).toMatchObject({
      outcome: "failed",
      reason,
      issues: [{ path, ...(message !== undefined && { message }) }],
    });
  });
});
