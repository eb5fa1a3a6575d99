import { describe, expect, test } from "vitest";
import { createHandler } from "../../../../functions/normalize-bluesky/handler.ts";
import { normalizeMessage } from "../../../../functions/normalize-bluesky/normalize-message.ts";
import { linkShare } from "../../../../shared/events/link-share.v1.ts";
import { post as postSchema } from "../../../../shared/events/post.v1.ts";
import { tombstone } from "../../../../shared/events/tombstone.v1.ts";
import { delivery, messagePublished } from "../../../support/deliveries.ts";

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
        { reason: "impossible-time", issues: [{ path: "records[0].commit.record.createdAt" }] },
      ],
    });
  });
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
  );
  expect(tombstones).toEqual([{ id: `bluesky:${did}/*`, source: "bluesky" }]);
  expect(receipts.map(({ outcome, reason }) => reason ?? outcome)).toEqual([
    "delete",
    "notice-account",
    "notice-account",
  ]);
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
  });
});

test.each([
  ["a like", commit({}, "create", { collection: "app.bsky.feed.like" }), "notice-record-like"],
  [
    "a record of another app",
    commit({}, "update", { collection: "fm.teal.x" }),
    "notice-record-of-no-post",
  ],
  ["an identity", { did, time_us: 1, kind: "identity", identity: {} }, "notice-identity"],
  ["a notice", { $type: "network.bsky.jetstream.subscribeEvents#info", name: "a" }, "notice-info"],
  ["an empty page", { posts: [] }, "notice-empty-page"],
])("ignored: %s", (_, event, reason) => {
  const { receipts, failed, shares } = normalize(event);
  expect([failed, shares]).toEqual([[], []]);
  expect(receipts).toMatchObject([{ outcome: "ignored", reason }]);
});

test.each([
  ["no object", 7, "unknown-shape", "records[0]"],
  ["another network", { id: "1", content: "<p>" }, "unknown-shape", "records[0]"],
  ["an unknown kind", { did, kind: "handle" }, "unknown-shape", "records[0]"],
  ["no commit", { did, kind: "commit" }, "invalid-field", "records[0].commit"],
  ["an unknown operation", commit({}, "move"), "invalid-field", "records[0].commit.operation"],
  ["no text", commit({ text: 7 }), "invalid-field", "records[0].commit.record.text"],
  [
    "facets of no kind",
    commit({ facets: [1] }),
    "invalid-field",
    "records[0].commit.record.facets[0]",
  ],
  ["no account", { ...commit({}), did: "x" }, "missing-id", "records[0].commit.record.did"],
  [
    "a key with a space",
    commit({}, "delete", { rkey: "a b" }),
    "missing-id",
    "records[0].commit.rkey",
  ],
])("fails, and is kept as it came: %s", (_, event, reason, path) => {
  const { receipts, shares, failed } = normalize(event, commit({}));
  expect([receipts.length, shares.length]).toEqual([1, 1]);
  expect(failed).toMatchObject([{ stage: "normalize-bluesky", reason, issues: [{ path }] }]);
  expect(Buffer.from(failed[0]?.original ?? "", "base64").toString()).toBe(JSON.stringify(event));
});

test("a frame of CBOR is no text, and its neighbours are counted", () => {
  const cbor = Buffer.from("a2617464236d7367626f7001", "hex");
  const good = Buffer.from(`\n${JSON.stringify(commit({}))}`);
  const normalized = normalizeMessage(delivery(Buffer.concat([cbor, good])), context);
  expect(normalized.failed).toMatchObject([{ reason: "invalid-utf8" }]);
  expect(normalized.shares).toHaveLength(1);
});

test("a message is acknowledged only when all that it turned into is safe", async () => {
  const published: Record<string, number> = {};
  const handle = createHandler({
    publish: async (topic, _, lines) => {
      if (topic === "append-posts") throw new Error("unavailable");
      published[topic] = lines.length;
    },
    now: () => now,
    log: { info: () => undefined },
    config: { functionVersion: "v1", storesText: false },
  });
  const events = [commit({}), commit({}, "delete")].map((event) => JSON.stringify(event));
  const message = messagePublished(events.join("\n"), "bluesky-events");
  await expect(handle(message)).rejects.toThrow("unavailable");
  expect(published).toEqual({
    "link-shares": 1,
    interactions: 0,
    "append-tombstones": 1,
    "failed-events": 0,
  });
});
