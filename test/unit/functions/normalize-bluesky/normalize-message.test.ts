import { describe, expect, test } from "vitest";
import { normalizeMessage } from "../../../../functions/normalize-bluesky/normalize-message.ts";
import { linkShare } from "../../../../shared/events/link-share.v1.ts";
import { post as postSchema } from "../../../../shared/events/post.v1.ts";
import { tombstone } from "../../../../shared/events/tombstone.v1.ts";
import { delivery } from "../../../support/deliveries.ts";

const now = Date.parse("2026-07-04T15:00:00Z");
const context = { functionVersion: "v1", now, storesText: true };
const normalize = (...records: unknown[]) =>
  normalizeMessage(
    delivery(records.map((record) => JSON.stringify(record)).join("\n"), "bluesky-events"),
    context,
  );

const did = "did:plc:dclwtltrt2ggsryagfzk7dp4";
const rkey = "3mptbyoeyc22k";
const record = {
  $type: "app.bsky.feed.post",
  createdAt: "2026-07-04T14:38:06.240Z",
  langs: ["en", "fr"],
  text: "look example.com/a",
};
const link = (uri: string, byteStart = 5, byteEnd = 18) => ({
  index: { byteStart, byteEnd },
  features: [{ $type: "app.bsky.richtext.facet#link", uri }],
});
const card = (uri: string, title = "A title") => ({
  $type: "app.bsky.embed.external",
  external: { uri, title, description: "" },
});
const commit = (more: object, operation = "create", commitMore: object = {}) => ({
  did,
  time_us: 1783175888090631,
  kind: "commit",
  commit: {
    rev: "3mptbypcq372f",
    operation,
    collection: "app.bsky.feed.post",
    rkey,
    ...(operation !== "delete" && { record: { ...record, ...more } }),
    ...commitMore,
  },
});
const shared = (more: object) => normalize(commit(more)).shares[0]?.links;
/** Its key is of 14:38:08.419. */
const timeOf = (more: object) =>
  normalize(commit(more, "create", { rkey: "3mptbyqhi7s2f" })).receipts[0]?.event_time;

test("a post becomes one link share and one receipt that fit their schemas", () => {
  const facets = [link("https://example.com/a?utm_source=bluesky")];
  const { shares, receipts, tombstones, failed } = normalize(commit({ facets }));
  expect([tombstones, failed]).toEqual([[], []]);
  const revision = expect.stringMatching(/^00000000\.01\.300\./);
  const links = [{ url: "https://example.com/a?utm_source=bluesky" }];
  expect(shares).toEqual([
    {
      id: "bluesky:did:plc:dclwtltrt2ggsryagfzk7dp4/3mptbyoeyc22k",
      event_time: "2026-07-04T14:38:06.240Z",
      author: "bluesky:did:plc:dclwtltrt2ggsryagfzk7dp4",
      kind: "post",
      source: "bluesky",
      revision,
      links,
    },
  ]);
  expect(receipts).toEqual([
    {
      outcome: "post",
      source: "bluesky",
      id: "bluesky:did:plc:dclwtltrt2ggsryagfzk7dp4/3mptbyoeyc22k",
      event_time: "2026-07-04T14:38:06.240Z",
      author: "bluesky:did:plc:dclwtltrt2ggsryagfzk7dp4",
      kind: "post",
      language: "en",
      text: "look example.com/a",
      revision,
      links,
      message_id: "m1",
      position: "records[0].commit.record",
      received_at: "2026-01-02T03:04:05.678Z",
    },
  ]);
  expect(shares.map((one) => linkShare.safeParse(one).error)).toEqual([undefined]);
  expect(receipts.map((one) => postSchema.safeParse(one).error)).toEqual([undefined]);
});

describe("links", () => {
  const a = "https://example.com/a";
  test("are each there once, with the title of the card", () => {
    const facets = [link(a), link("https://example.com/b"), link(a)];
    expect(shared({ facets, embed: card(a) })).toEqual([
      { url: a, title: "A title" },
      { url: "https://example.com/b" },
    ]);
  });

  test.each([
    ["a bare address in the text", { text: a }, []],
    ["a card", { embed: card(a, " ") }, [{ url: a }]],
    ["a picture", { embed: { $type: "app.bsky.embed.images", images: [{ alt: a }] } }, []],
    ["a mention", { facets: [{ ...link(a), features: [{ $type: "x#mention", did }] }] }, []],
    [
      "a card beside a quote",
      {
        embed: {
          $type: "app.bsky.embed.recordWithMedia",
          record: { record: { uri: `at://${did}/app.bsky.feed.post/3mptbyoeyc22a` } },
          media: card(a),
        },
      },
      [{ url: a, title: "A title" }],
    ],
    ["a facet that ends behind the text", { facets: [link(a, 5, 500)] }, [{ url: a }]],
    ["a facet that ends inside a character", { text: "é", facets: [link(a, 0, 1)] }, [{ url: a }]],
    [
      "a facet in the last bytes of a text of few characters",
      { text: "東京東京東京", facets: [link(a, 9, 18)] },
      [{ url: a }],
    ],
    ["a facet behind the bytes of a text", { text: "東京", facets: [link(a, 6, 9)] }, []],
    ["a facet behind the text", { facets: [link(a, 18, 30)] }, []],
    ["a facet before the text", { facets: [link(a, -5, 3)] }, []],
    ["a facet that ends before it begins", { facets: [link(a, 9, 4)] }, []],
    ["a facet of nothing", { facets: [link(a, 9, 9)] }, []],
    ["an empty address", { facets: [link("")] }, []],
    ["no facets", { facets: null }, []],
    [
      "an address of another feature",
      { facets: [{ ...link(a), features: [{ $type: "x#link", uri: a }] }] },
      [],
    ],
    ["a card without a title", { embed: { external: { uri: a, title: null } } }, [{ url: a }]],
    [
      "a card with space around its title",
      { embed: card(a, " A title\n") },
      [{ url: a, title: "A title" }],
    ],
  ])("%s", (_, more, expected) => {
    expect(shared(more)).toEqual(expected);
  });

  test("of 300 facets are 300", () => {
    const facets = Array.from({ length: 300 }, (_, index) => link(`https://example.com/${index}`));
    expect(shared({ facets })).toHaveLength(300);
  });
});

test.each([
  ["a post", {}, "post"],
  ["a reply", { reply: { parent: {}, root: {} } }, "reply"],
  [
    "a quote, also in a reply",
    {
      reply: {},
      embed: {
        $type: "app.bsky.embed.record",
        record: { uri: `at://${did}/app.bsky.feed.post/3mptbyoeyc22a`, cid: "b" },
      },
    },
    "quote",
  ],
  [
    "the embed of a list is no quote",
    { embed: { record: { uri: `at://${did}/app.bsky.graph.list/3mptbyoeyc22a` } } },
    "post",
  ],
])("kind: %s", (_, more, kind) => {
  expect(normalize(commit(more)).receipts[0]?.kind).toBe(kind);
});

describe("time", () => {
  test.each([
    [
      "that a client writes with an offset",
      "2026-07-04T16:38:06.240+02:00",
      "2026-07-04T14:38:06.240Z",
    ],
    ["of an imported post", "2012-02-29T00:00:00Z", "2012-02-29T00:00:00.000Z"],
    ["of the year 0001: that of the key", "0001-01-01T00:00:00Z", "2026-07-04T14:38:08.419Z"],
    ["of the year 9999", "9999-12-31T23:59:59Z", "2026-07-04T14:38:08.419Z"],
    ["of two hours later than it was seen", "2026-07-04T16:38:09Z", "2026-07-04T14:38:08.419Z"],
    ["of no calendar", "2026-02-30T00:00:00Z", "2026-07-04T14:38:08.419Z"],
    ["without an offset", "2026-07-04T14:38:06", "2026-07-04T14:38:08.419Z"],
    ["that is a number", 1783175888, "2026-07-04T14:38:08.419Z"],
    ["that is absent", undefined, "2026-07-04T14:38:08.419Z"],
  ])("%s", (_, createdAt, expected) => {
    expect(timeOf({ createdAt })).toBe(expected);
  });

  test("is that of the event, when the key has none", () => {
    const { receipts } = normalize(
      commit({ createdAt: "0001-01-01T00:00:00Z" }, "create", { rkey: "self" }),
    );
    expect(receipts[0]?.event_time).toBe("2026-07-04T14:38:08.090Z");
  });

  test("fails when nothing possible is told", () => {
    const event = {
      ...commit({ createdAt: "9999-01-01T00:00:00Z" }, "create", { rkey: "self" }),
      time_us: undefined,
    };
    expect(normalize(event)).toMatchObject({
      receipts: [],
      failed: [
        {
          reason: "impossible-time",
          issues: [
            {
              path: "records[0].commit.record.createdAt",
              message: "neither it, nor the key, nor the time of the event is a possible time",
            },
          ],
        },
      ],
    });
  });

  test("of an event that says it in words is not known", () => {
    const event = { ...commit({}), time_us: "soon" };
    expect(normalize(event).receipts[0]?.event_time).toBe("2026-07-04T14:38:06.240Z");
  });
});

test("what is longer than its schema allows is cut", () => {
  const uri = `https://example.com/${"a".repeat(1_000_000)}`;
  const long = {
    langs: ["l".repeat(65)],
    text: "x".repeat(100_001),
    embed: card(uri, "t".repeat(1_025)),
  };
  const [receipt] = normalize(commit(long)).receipts;
  expect(postSchema.safeParse(receipt).error).toBeUndefined();
  expect([receipt?.text?.length, receipt?.language?.length]).toEqual([100_000, 64]);
  expect(receipt?.links.map((one) => [one.url.length, one.title?.length])).toEqual([
    [1_000_000, 1_024],
  ]);
});

test("may lack its languages", () => {
  expect(normalize(commit({ langs: null })).receipts[0]).not.toHaveProperty("language", "en");
});

test("a revision tells how many ms after its key a post was changed", () => {
  const revisionOf = (more: object) =>
    normalize(commit({}, "update", more)).shares[0]?.revision.slice(0, 8);
  // From 14:38:06.240 of the key to 14:38:08.419 of the revision: 2,179 ms, in base 36.
  expect(revisionOf({ rev: "3mptbyqhi7s2f" })).toBe("000001oj");
  // Without one, to when it was seen: 1,850 ms.
  for (const rev of [7, null, { toString: "3mptbyqhi7s2f" }]) {
    expect(revisionOf({ rev })).toBe("000001fe");
  }
});

test("an update is a better reading of the same post, the later the better", () => {
  const events = [
    commit({}, "update", { rev: "3mptbyvccccc2" }),
    commit({}),
    commit({}, "update", { rev: "3mptbz2222222" }),
  ];
  const { shares } = normalize(...events);
  expect(new Set(shares.map(({ id }) => id)).size).toBe(1);
  const [first = "", created = "", second = ""] = shares.map(({ revision }) => revision);
  expect(created).toMatch(/^00000000\./);
  expect([created < first, first < second]).toEqual([true, true]);
});

const other = "did:plc:5er4dj3kkwyj4cy5gdnzn56w";
const theirs = `at://${other}/app.bsky.feed.post/3mptbyoeyc22a`;

test("a repost in a commit names its post only: an interaction, and no share", () => {
  const record = { createdAt: "2026-07-04T14:38:06.240Z", subject: { uri: theirs, cid: "b" } };
  const event = commit({}, "create", { collection: "app.bsky.feed.repost", record });
  const { receipts, shares, interactions, failed } = normalize(event);
  expect([shares, failed]).toEqual([[], []]);
  const id = `bluesky:${did}/repost/${rkey}`;
  expect(receipts).toMatchObject([
    { outcome: "ignored", reason: "notice-repost-of-unknown-links", id, kind: "repost", links: [] },
  ]);
  expect(interactions).toMatchObject([
    {
      id,
      influencer: `bluesky:${other}`,
      influenced: `bluesky:${did}`,
      kind: "repost",
      target: `bluesky:${other}/3mptbyoeyc22a`,
    },
  ]);
});

test.each([
  ["quote", { embed: { record: { uri: theirs } } }],
  ["quote", { embed: { record: { record: { uri: theirs } } }, reply: { parent: { uri: theirs } } }],
  ["reply", { reply: { parent: { uri: theirs }, root: { uri: `at://${did}/x/y` } } }],
  [
    "mention",
    {
      facets: [
        { ...link(""), features: [{ $type: "app.bsky.richtext.facet#mention", did: other }] },
      ],
    },
  ],
])("reacts by a %s", (kind, more) => {
  const { interactions } = normalize(commit(more));
  expect(interactions).toMatchObject([{ influencer: `bluesky:${other}`, kind }]);
});

test("reacts to nobody by an answer to itself, and by the embed of a list", () => {
  const own = { reply: { parent: { uri: `at://${did}/app.bsky.feed.post/3mptbyoeyc22a` } } };
  const feature = (more: object) => ({ facets: [{ ...link(""), features: [more] }] });
  const tag = feature({ $type: "app.bsky.richtext.facet#tag", did: other });
  const nobody = feature({ $type: "app.bsky.richtext.facet#mention", did: "a.example" });
  expect(normalize(commit(tag), commit(nobody)).interactions).toEqual([]);
  const list = { embed: { record: { uri: `at://${other}/app.bsky.graph.list/a` } } };
  expect(normalize(commit(own), commit(list)).interactions).toEqual([]);
});

test("a delete is a tombstone of what the key names, also of a repost", () => {
  const { receipts, tombstones, shares } = normalize(
    commit({}, "delete"),
    commit({}, "delete", { collection: "app.bsky.feed.repost" }),
  );
  expect(shares).toEqual([]);
  expect(receipts.map(({ outcome }) => outcome)).toEqual(["delete", "delete"]);
  const event_time = "2026-07-04T14:38:06.240Z";
  expect(tombstones).toEqual([
    { id: `bluesky:${did}/${rkey}`, source: "bluesky", event_time },
    { id: `bluesky:${did}/repost/${rkey}`, source: "bluesky", event_time },
  ]);
  expect(tombstones.map((one) => tombstone.safeParse(one).error)).toEqual([undefined, undefined]);
});

test("an account that is deleted is a tombstone of its author, and no other change is", () => {
  const account = (status: object) => ({
    did,
    time_us: 1783175888090631,
    kind: "account",
    account: { did, seq: 1, time: "2026-07-04T14:38:07.877Z", ...status },
  });
  const { receipts, tombstones } = normalize(
    account({ active: false, status: "deleted" }),
    account({ active: false, status: "suspended" }),
    account({ active: true }),
    account({ active: true, status: "deleted" }),
  );
  expect(tombstones).toEqual([{ id: `bluesky:${did}/*`, source: "bluesky" }]);
  expect(receipts.map(({ outcome, reason }) => reason ?? outcome)).toEqual([
    "delete",
    "notice-account",
    "notice-account",
    "notice-account",
  ]);
});

test.each([
  ["account", { did, kind: "account" }, "invalid-field", "Invalid input: expected object"],
  [
    "did",
    { did: "a.example", kind: "account", account: { active: false, status: "deleted" } },
    "missing-id",
    "no DID",
  ],
])("what became of an account fails by its %s", (path, event, reason, message) => {
  const { failed, tombstones } = normalize(event);
  expect(tombstones).toEqual([]);
  expect(failed).toMatchObject([{ reason, issues: [{ path: `records[0].${path}`, message }] }]);
});

test("an event of subscribeEvents is the same, in its frame and without it", () => {
  const { commit: inner, ...outer } = commit({});
  const payload = {
    $type: "network.bsky.jetstream.subscribeEvents#commit",
    seq: 7,
    did: outer.did,
    time: "2026-07-04T14:38:08.090631Z",
    ...inner,
  };
  const readings = [commit({}), payload, { $type: "message", payload }].map(
    (event) => normalize(event).shares,
  );
  expect(readings[0]).toHaveLength(1);
  expect(readings[1]).toEqual(readings[0]);
  expect(readings[2]).toEqual(readings[0]);
  const [framed] = normalize({ $type: "message", payload }).receipts;
  expect(framed?.position).toBe("records[0].payload.record");
});

test("an event of subscribeEvents was seen when it was witnessed, else at its time", () => {
  const event = {
    $type: "network.bsky.jetstream.subscribeEvents#commit",
    did,
    ...commit({ createdAt: "never" }, "create", { rkey: "self" }).commit,
    time: "2026-07-04T14:38:08.090Z",
  };
  const timeOfEvent = (more: object) => normalize({ ...event, ...more }).receipts[0]?.event_time;
  expect(timeOfEvent({})).toBe("2026-07-04T14:38:08.090Z");
  expect(timeOfEvent({ witnessedAt: "2026-07-04T14:38:07Z" })).toBe("2026-07-04T14:38:07.000Z");
});

test("an account is deleted by an event of subscribeEvents, too", () => {
  const event = {
    $type: "network.bsky.jetstream.subscribeEvents#account",
    did,
    account: { active: false, status: "deleted" },
  };
  expect(normalize(event).tombstones).toEqual([{ id: `bluesky:${did}/*`, source: "bluesky" }]);
});

describe("what the API gives", () => {
  const view = {
    uri: `at://${did}/app.bsky.feed.post/${rkey}`,
    cid: "b",
    author: { did, handle: "a.example" },
    record: { ...record, facets: [link("https://example.com/a")] },
    indexedAt: "2026-07-04T14:38:08.090Z",
  };
  const reposter = "did:plc:5er4dj3kkwyj4cy5gdnzn56w";

  test("a page of posts", () => {
    const { shares, receipts } = normalize({ posts: [view], cursor: "1" });
    expect(shares).toEqual(normalize(commit(view.record)).shares);
    expect(receipts[0]?.position).toBe("records[0].posts[0].record");
  });

  test("a repost in a feed shares the links of the post", () => {
    const reason = {
      $type: "app.bsky.feed.defs#reasonRepost",
      by: { did: reposter },
      uri: `at://${reposter}/app.bsky.feed.repost/3mptbypowzs2e`,
      indexedAt: "2026-07-04T14:39:00.000Z",
    };
    const { shares } = normalize({ feed: [{ post: view }, { post: view, reason }] });
    expect(shares.map(({ id, kind, links }) => [id, kind, links.length])).toEqual([
      [`bluesky:${did}/${rkey}`, "post", 1],
      [`bluesky:${reposter}/repost/3mptbypowzs2e`, "repost", 1],
    ]);
    expect(shares[1]?.also_known_as).toEqual([`bluesky:${did}/${rkey}`]);
  });

  const reason = {
    $type: "app.bsky.feed.defs#reasonRepost",
    by: { did: reposter },
    uri: `at://${reposter}/app.bsky.feed.repost/3mptbypowzs2e`,
    indexedAt: "2026-07-04T14:39:00.000Z",
  };

  test("a repost in a feed has the text of the post, and reacts to its author", () => {
    const { receipts, interactions } = normalize({ feed: [{ post: view, reason }] });
    expect(receipts).toMatchObject([
      {
        position: "records[0].feed[0].reason",
        author: `bluesky:${reposter}`,
        text: "look example.com/a",
        language: "en",
        revision: expect.stringMatching(/^00000000\.01\.300\./),
      },
    ]);
    expect(interactions).toMatchObject([
      { influencer: `bluesky:${did}`, kind: "repost", target: `bluesky:${did}/${rkey}` },
    ]);
  });

  test("what stands in a feed for another reason is the post itself", () => {
    const pin = { $type: "app.bsky.feed.defs#reasonPin", uri: reason.uri };
    const { receipts } = normalize({ feed: [{ post: view, reason: pin }] });
    expect(receipts).toMatchObject([
      { id: `bluesky:${did}/${rkey}`, kind: "post", position: "records[0].feed[0].post.record" },
    ]);
  });

  test("a repost in a feed that does not say which it is is ignored", () => {
    const unnamed = { $type: reason.$type, by: reason.by };
    expect(normalize({ feed: [{ post: view, reason: unnamed }] }).receipts).toMatchObject([
      {
        outcome: "ignored",
        reason: "notice-repost-without-address",
        position: "records[0].feed[0]",
      },
    ]);
  });

  test.each([
    [{ ...view, uri: "x" }, "missing-id", "uri", "not at://<did>/<collection>/<key>"],
    [
      { ...view, record: { text: 7 } },
      "invalid-field",
      "record.text",
      "Invalid input: expected string, received number",
    ],
  ])(
    "a post that cannot be read fails alone, in a feed and in a page",
    (bad, why, path, message) => {
      const issuesAt = (place: string) => [{ path: `records[0].${place}.${path}`, message }];
      expect(normalize({ feed: [{ post: bad, reason }] }).failed).toMatchObject([
        { reason: why, issues: issuesAt("feed[0].post") },
      ]);
      expect(normalize([view, bad])).toMatchObject({
        shares: [{ id: `bluesky:${did}/${rkey}` }],
        failed: [{ reason: why, issues: [{ path: `records[0][1].${path}`, message }] }],
      });
    },
  );

  test("a flat post has the links of its text, and is the worse reading", () => {
    const flat = {
      uri: view.uri,
      created_at: "2026-07-04T14:38:06.240+00:00",
      text: "From @theathletic.com: nyti.ms/3Z35g9W, see https://example.com/a, www.nytimes.com/live/2026/01...",
      is_reply: false,
      langs: "en",
    };
    const [share] = normalize(flat).shares;
    expect(share?.links).toEqual([{ url: "nyti.ms/3Z35g9W" }, { url: "https://example.com/a" }]);
    const [better] = normalize(commit({})).shares;
    expect(String(share?.revision) < String(better?.revision)).toBe(true);
    expect(share?.id).toBe(better?.id);
    expect(share?.revision).toMatch(/^00000000\.01\.100\./);
  });

  const flat = { uri: view.uri, created_at: "2026-07-04T14:38:06.240+00:00", text: "look" };
  test.each([
    [{}, "post", undefined],
    [{ is_reply: null, langs: null }, "post", undefined],
    [{ is_reply: true, langs: "en" }, "reply", "en"],
    [{ is_reply: false, langs: ["de", "en"] }, "post", "de"],
  ])("a flat post with %j", (more, kind, language) => {
    const { receipts, interactions } = normalize({ ...flat, ...more });
    expect(receipts.map((one) => [one.kind, one.language])).toEqual([[kind, language]]);
    expect(interactions).toEqual([]);
  });

  test.each([
    [{ text: 7 }, "invalid-field", "text", "Invalid input: expected string, received number"],
    [{ uri: "x" }, "missing-id", "uri", "not at://<did>/<collection>/<key>"],
  ])("a flat post fails with %j", (more, why, path, message) => {
    expect(normalize({ ...flat, ...more }).failed).toMatchObject([
      { reason: why, issues: [{ path: `records[0].${path}`, message }] },
    ]);
  });
});

test.each<[string, unknown, string]>([
  ...[
    ["app.bsky.feed.like", "like"],
    ["app.bsky.graph.follow", "follow"],
    ["app.bsky.graph.block", "block"],
    ["app.bsky.graph.listitem", "listitem"],
    ["app.bsky.actor.profile", "profile"],
    ["app.bsky.actor.status", "status"],
  ].map(([collection, what]): [string, unknown, string] => [
    `a record of ${collection}`,
    commit({}, "create", { collection }),
    `notice-record-${what}`,
  ]),
  [
    "a record of another app",
    commit({}, "update", { collection: "fm.teal.x" }),
    "notice-record-of-no-post",
  ],
  ["an identity", { did, time_us: 1, kind: "identity", identity: {} }, "notice-identity"],
  ...["info", "identity", "sync"].map((what): [string, unknown, string] => [
    `an event about ${what}`,
    { $type: `network.bsky.jetstream.subscribeEvents#${what}`, name: "a" },
    `notice-${what}`,
  ]),
  ["an error", { $type: "error", payload: { error: "FutureCursor" } }, "notice-error"],
  ["an empty list", [], "notice-empty-page"],
  ["an empty page", { posts: [] }, "notice-empty-page"],
])("ignored: %s", (_, event, reason) => {
  const { receipts, failed, shares } = normalize(event);
  expect([failed, shares]).toEqual([[], []]);
  expect(receipts).toMatchObject([{ outcome: "ignored", reason }]);
});

test.each<[string, unknown, string, string, string?]>([
  ["no object", 7, "unknown-shape", "records[0]", "no object"],
  ["nothing", null, "unknown-shape", "records[0]", "no object"],
  ...[
    { id: "1", content: "<p>" },
    { uri: theirs },
    { text: "look" },
    { $type: "app.bsky.feed.post", payload: {} },
    { $type: "message", payload: 7 },
  ].map((record): [string, unknown, string, string, string] => [
    `what is neither: ${JSON.stringify(record)}`,
    record,
    "unknown-shape",
    "records[0]",
    "neither an event of Jetstream nor a post",
  ]),
  [
    "an unknown kind",
    { did, kind: "handle" },
    "unknown-shape",
    "records[0]",
    "an event of an unknown kind",
  ],
  [
    "an event of an unknown type",
    { $type: "network.bsky.jetstream.subscribeEvents#new" },
    "unknown-shape",
    "records[0]",
    "an event of an unknown type",
  ],
  [
    "no commit",
    { did, kind: "commit" },
    "invalid-field",
    "records[0].commit",
    "Invalid input: expected object",
  ],
  [
    "an unknown operation",
    commit({}, "move"),
    "invalid-field",
    "records[0].commit.operation",
    "no operation that is known",
  ],
  [
    "a collection without a name",
    commit({}, "create", { collection: 7 }),
    "invalid-field",
    "records[0].commit.collection",
    "Invalid input: expected string",
  ],
  ...[{ rkey: 7 }, { rkey: undefined }].map((more): [string, unknown, string, string, string] => [
    `a key that is none: ${JSON.stringify(more)}`,
    commit({}, "create", more),
    "missing-id",
    "records[0].commit.rkey",
    "no DID, or no key of a record",
  ]),
  [
    "an account that is none",
    { ...commit({}, "delete"), did: [did] },
    "missing-id",
    "records[0].commit.rkey",
    "no DID, or no key of a record",
  ],
  [
    "a repost of nothing",
    commit({ subject: {} }, "create", { collection: "app.bsky.feed.repost" }),
    "invalid-field",
    "records[0].commit.record.subject.uri",
  ],
  [
    "a repost of nobody",
    {
      ...commit({ subject: { uri: theirs } }, "create", { collection: "app.bsky.feed.repost" }),
      did: "x",
    },
    "missing-id",
    "records[0].commit.record.did",
    "no DID, or too long with the key of the record",
  ],
  ["no text", commit({ text: 7 }), "invalid-field", "records[0].commit.record.text"],
  [
    "facets of no kind",
    commit({ facets: [1] }),
    "invalid-field",
    "records[0].commit.record.facets[0]",
  ],
  [
    "no account",
    { ...commit({}), did: "x" },
    "missing-id",
    "records[0].commit.record.did",
    "no DID, or too long with the key of the record",
  ],
  [
    "a key with a space",
    commit({}, "delete", { rkey: "a b" }),
    "missing-id",
    "records[0].commit.rkey",
    "no DID, or no key of a record",
  ],
])("fails, and is kept as it came: %s", (_, event, reason, path, message) => {
  const { receipts, shares, failed } = normalize(event, commit({}));
  expect([receipts.length, shares.length]).toEqual([1, 1]);
  const issue = { path, message: message ?? expect.any(String) };
  expect(failed).toMatchObject([{ stage: "normalize-bluesky", reason, issues: [issue] }]);
  expect(Buffer.from(failed[0]?.original ?? "", "base64").toString()).toBe(JSON.stringify(event));
});

test("a frame of CBOR is no text, and its neighbours are counted", () => {
  const cbor = Buffer.from("a2617464236d7367626f7001", "hex");
  const good = Buffer.from(`\n${JSON.stringify(commit({}))}`);
  const normalized = normalizeMessage(delivery(Buffer.concat([cbor, good])), context);
  expect(normalized.failed).toMatchObject([{ reason: "invalid-utf8" }]);
  expect(normalized.shares).toHaveLength(1);
});
