import { describe, expect, test } from "vitest";
import { normalizeMessage } from "../../../../functions/normalize-tweets/normalize-message.ts";
import { failedEvent } from "../../../../shared/events/failed-event.v1.ts";
import { linkShare } from "../../../../shared/events/link-share.v1.ts";
import { post as postSchema } from "../../../../shared/events/post.v1.ts";
import { tombstone } from "../../../../shared/events/tombstone.v1.ts";
import { delivery } from "../../../support/deliveries.ts";
import { judgeTweets } from "../../../support/judge-tweets.ts";

const now = Date.parse("2026-01-02T03:04:05Z");
const normalize = (payload: string | Uint8Array) => judgeTweets(delivery(payload), now);

const link = (expanded_url: string) => ({ url: "https://t.co/a", expanded_url });
const classic = {
  created_at: "Wed Jul 03 06:29:00 +0000 2019",
  id: 1146304818337722400,
  id_str: "1146304818337722368",
  text: "look https://t.co/a",
  user: { id: 12, id_str: "12" },
  entities: { urls: [link("https://example.com/a?utm_source=x")] },
};
const json = (value: unknown) => JSON.stringify(value);
const counted = (value: unknown) => {
  const { mentions, receipts, failed } = normalize(json(value));
  expect(failed).toEqual([]);
  return {
    links: mentions.map(({ url_key }) => url_key),
    kinds: receipts.map(({ kind }) => kind),
    ids: receipts.map(({ id }) => id),
    times: receipts.map(({ event_time }) => event_time),
  };
};

describe("a classic tweet", () => {
  test("that was edited keeps the identity and the hour of its first version", () => {
    const edited = {
      ...classic,
      id_str: "1557691500000000000",
      created_at: "Thu Aug 11 11:20:00 +0000 2022",
      edit_history: {
        initial_tweet_id: "1557689000000000000",
        edit_tweet_ids: ["1557689000000000000", "1557691500000000000"],
      },
    };
    expect(counted(edited)).toMatchObject({
      ids: ["x:1557689000000000000"],
      times: ["2022-08-11T11:22:52.719Z"],
    });
    const first = { ...edited, id_str: "1557689000000000000" };
    expect(counted(first)).toMatchObject({ times: ["2022-08-11T11:20:00.000Z"] });
  });

  test("shares another tweet by its web address, but not itself", () => {
    const urls = [
      link(`https://twitter.com/i/web/status/${classic.id_str}`),
      link("https://x.com/i/web/status/20"),
    ];
    expect(counted({ ...classic, entities: { urls } }).links).toEqual(["x.com/i/status/20"]);
  });

  test("becomes one link share and one receipt that fit their schemas", () => {
    const { shares, receipts, tombstones, failed } = normalize(json(classic));
    expect([failed, tombstones]).toEqual([[], []]);
    const revision = expect.stringMatching(/^00000000\.01\.300\./);
    const links = [{ url: "https://example.com/a?utm_source=x", slot: "https://t.co/a" }];
    expect(shares).toEqual([
      {
        id: "x:1146304818337722368",
        event_time: "2019-07-03T06:29:00.000Z",
        author: "x:12",
        kind: "post",
        source: "x",
        revision,
        links,
      },
    ]);
    expect(receipts).toEqual([
      {
        outcome: "post",
        source: "x",
        id: "x:1146304818337722368",
        event_time: "2019-07-03T06:29:00.000Z",
        author: "x:12",
        kind: "post",
        text: "look https://t.co/a",
        revision,
        links,
        message_id: "m1",
        position: "records[0]",
        received_at: "2026-01-02T03:04:05.678Z",
      },
    ]);
    expect(linkShare.strict().parse(shares[0])).toEqual(shares[0]);
    expect(postSchema.strict().parse(receipts[0])).toEqual(receipts[0]);
  });

  test("has its text in the receipt only where texts are kept", () => {
    const receipts = (storesText: boolean) =>
      normalizeMessage(delivery(json(classic)), { functionVersion: "v1", now, storesText })
        .receipts;
    expect(receipts(true)).toMatchObject([{ text: "look https://t.co/a" }]);
    expect(receipts(false)[0]?.text).toBeUndefined();
  });

  test("mentions a page once, and every raw link is accounted for", () => {
    const urls = [
      "http://du3a.org",
      "https://du3a.org/",
      "ftp://example.com/x",
      "https://b.example.org/",
    ];
    const { mentions, unlinked, receipts } = normalize(
      json({ ...classic, entities: { urls: urls.map(link) } }),
    );
    expect(mentions.map(({ url_key }) => url_key)).toEqual(["du3a.org", "b.example.org"]);
    expect(unlinked.map(({ url, outcome }) => [url, outcome])).toEqual([
      ["https://du3a.org/", "merged-within-post"],
      ["ftp://example.com/x", "not-http"],
    ]);
    expect(receipts[0]?.links.map(({ url }) => url)).toEqual(urls);
  });

  test("prefers the unwound address, then the expanded one, then what was typed", () => {
    const urls = [
      {
        url: "https://t.co/1",
        expanded_url: "https://bit.ly/1",
        unwound: { url: "https://one.example.com/" },
      },
      { url: "https://t.co/2", expanded_url: "https://two.example.com/" },
      { url: "https://three.example.com/", expanded_url: null },
    ];
    expect(counted({ ...classic, entities: { urls } }).links).toEqual([
      "one.example.com",
      "two.example.com",
      "three.example.com",
    ]);
  });

  test("that is truncated has its links in the extended tweet", () => {
    const truncated = {
      ...classic,
      truncated: true,
      entities: { urls: [link("https://twitter.com/i/web/status/1146304818337722368")] },
      extended_tweet: { full_text: "long", entities: { urls: [link("https://example.com/long")] } },
    };
    expect(counted(truncated).links).toEqual(["example.com/long"]);
  });

  test("does not share its own address or the permalink of the tweet it quotes", () => {
    const quote = {
      ...classic,
      quoted_status_id_str: "99",
      quoted_status_permalink: { expanded: "https://twitter.com/a/status/99" },
      entities: {
        urls: [
          link("https://twitter.com/i/web/status/1146304818337722368"),
          link("https://twitter.com/a/status/99"),
          link("https://twitter.com/a/status/99?s=19"),
        ],
      },
    };
    const { mentions, unlinked, receipts } = normalize(json(quote));
    expect(mentions).toEqual([]);
    expect(receipts).toMatchObject([{ kind: "quote" }]);
    expect(unlinked).toMatchObject([
      { url: "https://twitter.com/i/web/status/1146304818337722368", outcome: "self-link" },
      { url: "https://twitter.com/a/status/99?s=19", outcome: "quoted-permalink" },
    ]);
  });

  const spellings = (id: string) => [
    `https://twitter.com/i/web/status/${id}`,
    `https://x.com/i/status/${id}`,
    `https://twitter.com/bob/statuses/${id}`,
    `http://mobile.twitter.com/BOB/status/${id}/photo/1?s=20`,
    `https://twitter.com/#!/bob/status/${id}`,
  ];

  test.each(spellings("906"))("does not share the tweet it quotes as %s", (permalink) => {
    const quote = { ...classic, is_quote_status: true, entities: { urls: [link(permalink)] } };
    for (const quoted of [{ quoted_status_id_str: "906" }, { quoted_status: { id_str: "906" } }]) {
      const { mentions, unlinked, receipts } = normalize(json({ ...quote, ...quoted }));
      expect(mentions).toEqual([]);
      expect(receipts).toMatchObject([{ kind: "quote" }]);
      expect(unlinked).toMatchObject([{ outcome: "quoted-permalink" }]);
    }
  });

  test.each(spellings(classic.id_str))("does not share itself as %s", (permalink) => {
    const { mentions, unlinked } = normalize(
      json({ ...classic, entities: { urls: [link(permalink)] } }),
    );
    expect(mentions).toEqual([]);
    expect(unlinked).toMatchObject([{ outcome: "self-link" }]);
  });

  test("shares one tweet, however it is spelled, and another apart from it", () => {
    const urls = [
      ...spellings("1410000000000000001"),
      "https://x.com/i/status/1410000000000000002",
    ];
    const { mentions } = normalize(json({ ...classic, entities: { urls: urls.map(link) } }));
    expect(mentions.map(({ url_key }) => url_key)).toEqual([
      "x.com/i/status/1410000000000000001",
      "x.com/i/status/1410000000000000002",
    ]);
  });

  test("without entities has its links in the text", () => {
    expect(
      counted({ ...classic, entities: undefined, text: "see https://example.com/t!" }).links,
    ).toEqual(["example.com/t"]);
    expect(counted({ ...classic, entities: null, text: "see main.rs" }).links).toEqual(["main.rs"]);
  });

  test.each([
    {},
    { urls: [] },
    { urls: null },
    { hashtags: [{ text: "rust" }] },
    {
      mentions: [{ start: 0, end: 4, username: "bob" }],
      hashtags: [{ start: 27, end: 32, tag: "rust" }],
    },
    { annotations: [{ start: 0, end: 3, probability: 0.9, type: "Person" }] },
    { cashtags: [{ start: 0, end: 4, tag: "MAIN" }] },
  ])("with entities %j that list no links has none", (entities) => {
    expect(counted({ ...classic, entities, text: "the bug is in main.rs" }).links).toEqual([]);
    const post = { id: "20", text: "the bug is in main.rs", entities };
    expect(counted({ data: { ...post, created_at: "2021-03-03T10:15:00Z" } }).links).toEqual([]);
  });
});

test("a retweet shares the links of the retweeted tweet, as its own author's share", () => {
  const retweet = {
    ...classic,
    id_str: "1146304818337722400",
    user: { id_str: "34" },
    entities: { urls: [] },
    retweeted_status: classic,
  };
  const { mentions } = normalize(json(retweet));
  expect(mentions).toMatchObject([
    { id: "x:1146304818337722400", author: "x:34", kind: "repost", url_key: "example.com/a" },
  ]);
});

describe("API v2", () => {
  const post = {
    id: "1377650087799754754",
    text: "hi",
    created_at: "2021-04-01T15:52:31.000Z",
    author_id: "7",
    entities: {
      urls: [{ ...link("https://example.com/v2"), unwound_url: "https://example.com/u" }],
    },
  };

  test("a page has many posts, and retweets share what the included tweet links to", () => {
    const page = {
      data: [
        post,
        {
          ...post,
          id: "1377650087799754755",
          entities: { urls: [] },
          referenced_tweets: [{ type: "retweeted", id: "5" }],
        },
      ],
      includes: {
        tweets: [{ id: "5", text: "orig", entities: { urls: [link("https://example.com/orig")] } }],
      },
    };
    expect(counted(page)).toMatchObject({
      links: ["example.com/u", "example.com/orig"],
      kinds: ["post", "repost"],
    });
    expect(normalize(json(page)).receipts.map(({ position }) => position)).toEqual([
      "records[0].data[0]",
      "records[0].data[1]",
    ]);
  });

  test("its own photos and videos, which it lists among its links, are no shares", () => {
    const own = `https://twitter.com/a/status/${post.id}`;
    const urls = [
      { ...link(`${own}/photo/1`), display_url: "pic.twitter.com/abc", media_key: "3_1" },
      { ...link(`${own}/video/1`), display_url: "pic.x.com/abc" },
      { ...link("https://example.com/a"), display_url: "example.com/a" },
    ];
    expect(counted({ ...post, entities: { urls } }).links).toEqual(["example.com/a"]);
    expect(counted({ ...post, text: own, entities: { urls: urls.slice(0, 1) } }).links).toEqual([]);
  });

  test("an edited post keeps the identity and the hour of its first version", () => {
    const edited = {
      ...post,
      id: "1576994789110992896",
      created_at: "2022-10-03T18:27:11.000Z",
      edit_history_tweet_ids: ["1576994746135764992", "1576994789110992896"],
    };
    expect(counted(edited)).toMatchObject({
      ids: ["x:1576994746135764992"],
      times: ["2022-10-03T17:57:01.281Z"],
    });
  });

  test("a post without created_at has its time in its id", () => {
    expect(counted({ data: { ...post, created_at: undefined } }).times).toEqual([
      "2021-04-01T15:52:31.089Z",
    ]);
  });

  test.each([
    ["X Activity", { data: { event_type: "post.mention.create", payload: post, includes: {} } }],
    ["filtered stream", { data: post, matching_rules: [{ id: 1166916266197536800 }] }],
    ["X Activity", { data: { event_uuid: "1", event_type: "post.create", payload: post } }],
    ["flat", post],
  ])("%s", (_, envelope) => {
    expect(counted(envelope)).toMatchObject({ ids: ["x:1377650087799754754"] });
  });

  test.each([
    "https://twitter.com/i/web/status/903",
    "https://x.com/bob/status/903/photo/1",
    "https://twitter.com/Bob/statuses/903?s=20",
    "https://x.com/i/status/903",
    "https://mobile.x.com/i/web/status/903",
    "https://twitter.com/statuses/903",
    "http://twitter.com/i/web/status/903?s=20&t=a",
  ])("a quote does not share the tweet it quotes as %s", (permalink) => {
    const quote = {
      ...post,
      referenced_tweets: [{ type: "quoted", id: "903" }],
      entities: { urls: [link(permalink)] },
    };
    const { mentions, unlinked } = normalize(json({ data: quote }));
    expect(mentions).toEqual([]);
    expect(unlinked).toMatchObject([{ outcome: "quoted-permalink" }]);
  });

  test("a long post has its links in the note", () => {
    const note = {
      ...post,
      note_tweet: { text: "long", entities: { urls: [link("https://example.com/n")] } },
    };
    expect(counted(note).links).toEqual(["example.com/n"]);
  });
});

test("Account Activity holds tweets, deletes and other events", () => {
  const activity = {
    for_user_id: "1",
    tweet_create_events: [classic],
    tweet_delete_events: [{ status: { id: "77", user_id: "12" }, timestamp_ms: "1562132240183" }],
    favorite_events: [{ id: "x" }],
  };
  const { receipts, failed } = normalize(json(activity));
  expect(failed).toEqual([]);
  expect(
    receipts.map(({ outcome, id, reason, position }) => [outcome, id, reason, position]),
  ).toEqual([
    ["post", "x:1146304818337722368", undefined, "records[0].tweet_create_events[0]"],
    ["delete", "x:77", undefined, "records[0].tweet_delete_events[0]"],
    ["ignored", undefined, "notice-activity", "records[0].favorite_events[0]"],
  ]);
});

describe("notices", () => {
  test.each([
    [
      {
        delete: { status: { id: 1, id_str: "1", user_id_str: "2" }, timestamp_ms: "1562132240183" },
      },
      "delete",
    ],
    [
      {
        data: { delete: { tweet: { id: "1", author_id: "2" }, event_at: "2021-04-01T15:52:31Z" } },
      },
      "delete",
    ],
    [{ data: { event_type: "post.delete", payload: { id: "1", author_id: "2" } } }, "delete"],
    [
      {
        id: "1170025343920402432",
        action: "delete",
        created_at: "2019-09-06T17:25:54.667Z",
        reason: "protected",
      },
      "delete",
    ],
    [
      { id: "1482680858", action: "delete", created_at: "2013-06-04T16:25:04+00:00" },
      "notice-compliance",
    ],
    [{ limit: { track: 3 } }, "notice-limit"],
    [{ scrub_geo: { user_id: 1 } }, "notice-scrub_geo"],
    [{ errors: [{ title: "operational-disconnect" }] }, "notice-errors"],
    [{ meta: { result_count: 0 } }, "notice-empty-page"],
    [{ data: [] }, "notice-empty-page"],
    [{ data: { user_protect: {} } }, "notice-compliance"],
    [{ data: { event_type: "follow.follow", payload: {} } }, "notice-activity"],
  ])("%j is %s", (notice, expected) => {
    const { receipts, failed } = normalize(json(notice));
    expect(failed).toEqual([]);
    expect(receipts.map(({ outcome, reason }) => reason ?? outcome)).toEqual([expected]);
  });

  test("a delete at an impossible time is a delete without a time", () => {
    const notice = { delete: { status: { id_str: "1" }, timestamp_ms: "9007199254740991" } };
    expect(normalize(json(notice)).receipts).toMatchObject([{ outcome: "delete", id: "x:1" }]);
    expect(normalize(json(notice)).receipts[0]?.event_time).toBeUndefined();
  });

  test("a delete is a tombstone, with the time of the tweet where its id tells it", () => {
    const deleteOf = (id_str: string) =>
      normalize(json({ delete: { status: { id_str }, timestamp_ms: "1562132240183" } })).tombstones;
    const found = [...deleteOf("1146304818337722368"), ...deleteOf("20")];
    expect(found).toEqual([
      { id: "x:1146304818337722368", source: "x", event_time: "2019-07-03T06:29:00.662Z" },
      { id: "x:20", source: "x" },
    ]);
    for (const one of found) expect(tombstone.strict().parse(one)).toEqual(one);
  });
});

describe("bad input becomes a failed event with its bytes, reason and field", () => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  test.each<[string, string | Uint8Array, string, string]>([
    ["not JSON", "hello", "malformed-json", "records[0]"],
    ["truncated JSON", json(classic).slice(0, -9), "malformed-json", "records[0]"],
    ["invalid UTF-8", Buffer.from([0x7b, 0xff, 0x7d]), "invalid-utf8", "records[0]"],
    ["empty data", "", "empty-message", "records[0]"],
    ["a number", "42", "unknown-shape", "records[0]"],
    ["null", "null", "unknown-shape", "records[0]"],
    ["an unknown object", '{"hello":"world"}', "unknown-shape", "records[0]"],
    ["100,000 nested arrays", deep, "malformed-json", "records[0]"],
    [
      "100,000 nested arrays in a field",
      json(classic).replace('"look https://t.co/a"', deep),
      "malformed-json",
      "records[0]",
    ],
    [
      "a wrong type",
      json({ ...classic, entities: "none" }),
      "invalid-field",
      "records[0].entities",
    ],
    [
      "a wrong type deep inside",
      json({ ...classic, entities: { urls: [{ url: 1 }] } }),
      "invalid-field",
      "records[0].entities.urls[0].url",
    ],
    [
      "no id",
      json({ ...classic, id: undefined, id_str: undefined }),
      "missing-id",
      "records[0].id_str",
    ],
    [
      "an empty id",
      json({ ...classic, id: undefined, id_str: "" }),
      "missing-id",
      "records[0].id_str",
    ],
    [
      "an unsafe id alone",
      json({ ...classic, id_str: undefined }),
      "unsafe-id",
      "records[0].id_str",
    ],
    [
      "an impossible date",
      json({ ...classic, created_at: "Sat Feb 30 06:29:00 +0000 2019" }),
      "impossible-time",
      "records[0].created_at",
    ],
    [
      "no date",
      json({ ...classic, created_at: undefined }),
      "invalid-field",
      "records[0].created_at",
    ],
    [
      "a tweet before the first",
      json({ ...classic, created_at: "Mon Mar 20 23:59:59 +0000 2006" }),
      "impossible-time",
      "records[0].created_at",
    ],
    [
      "a tweet of tomorrow",
      json({ ...classic, created_at: "Fri Jan 02 04:04:06 +0000 2026" }),
      "impossible-time",
      "records[0].created_at",
    ],
    [
      "a page of users",
      json({ data: [{ id: "1", name: "a" }] }),
      "invalid-field",
      "records[0].data[0].text",
    ],
  ])("%s", (_, payload, reason, path) => {
    const { mentions, receipts, failed } = normalize(payload);
    expect([mentions, receipts]).toEqual([[], []]);
    expect(failed).toHaveLength(1);
    const [event] = failed;
    expect(failedEvent.strict().parse(event)).toEqual(event);
    expect(event).toMatchObject({ reason, items: 1, stage: "normalize-tweets" });
    expect(event?.issues.map((issue) => issue.path)).toContain(path);
    expect(Buffer.from(event?.original ?? "", "base64").equals(Buffer.from(payload))).toBe(true);
  });

  test("an unsafe id is recovered from id_str, exactly", () => {
    const text = json(classic).replace('"id":1146304818337722400', '"id":1146304818337722368');
    expect(normalize(text).receipts).toMatchObject([{ id: "x:1146304818337722368" }]);
  });

  test("a safe numeric id is enough", () => {
    expect(counted({ ...classic, id: 20, id_str: undefined }).ids).toEqual(["x:20"]);
  });

  test("__proto__ keys change nothing but their own record", () => {
    const text = `{"__proto__":{"polluted":true},${json(classic).slice(1)}`;
    expect(normalize(text).receipts).toMatchObject([{ id: "x:1146304818337722368" }]);
    expect({}).not.toHaveProperty("polluted");
    expect(normalize('{"__proto__":{"id_str":"1"}}').failed).toMatchObject([
      { reason: "unknown-shape" },
    ]);
  });

  test("the neighbours in the same message are counted", () => {
    const lines = [
      json(classic),
      "oops",
      json({ ...classic, id_str: "21" }),
      "{",
      json({ limit: {} }),
    ];
    const { mentions, receipts, failed } = normalize(lines.join("\n"));
    expect(mentions.map(({ id }) => id)).toEqual(["x:1146304818337722368", "x:21"]);
    expect(receipts.map(({ position }) => position)).toEqual([
      "records[0]",
      "records[2]",
      "records[4]",
    ]);
    expect(
      failed.map(({ position, original }) => [
        position,
        Buffer.from(original, "base64").toString(),
      ]),
    ).toEqual([
      ["records[1]", "oops"],
      ["records[3]", "{"],
    ]);
  });

  test("a page with bad posts is one failed event that says how many, the others are counted", () => {
    const good = { id: "1377650087799754754", text: "hi", created_at: "2021-04-01T15:52:31.000Z" };
    const page = { data: [good, { id: "1" }, 7] };
    const { receipts, failed } = normalize(json(page));
    expect(receipts).toHaveLength(1);
    expect(failed).toMatchObject([{ reason: "invalid-field", items: 2, position: "records[0]" }]);
    expect(failed[0]?.issues.map(({ path }) => path)).toEqual([
      "records[0].data[1].text",
      "records[0].data[2]",
    ]);
  });

  test("issues name what was expected, never what was received", () => {
    const { failed } = normalize(
      json({ ...classic, lang: "s3cret".repeat(50), created_at: "s3cret" }),
    );
    expect(json(failed.map(({ issues }) => issues))).not.toContain("s3cret");
  });
});

describe("notices", () => {
  test.each([
    ["[]", "notice-empty-page"],
    ['{"user_delete":{"id":"1"}}', "notice-user_delete"],
    ['{"tweet_edit":{"id":"1"}}', "notice-tweet_edit"],
    ['{"delete":{"direct_message":{"id":1,"user_id":2}}}', "notice-delete"],
    ['{"delete":{"favorite":{"tweet_id":1,"user_id":2}}}', "notice-delete"],
  ])("%s is ignored as such", (payload, reason) => {
    const { receipts, failed } = normalize(payload);
    expect(failed).toEqual([]);
    expect(receipts).toMatchObject([{ outcome: "ignored", reason }]);
  });
});
