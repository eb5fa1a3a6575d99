import { describe, expect, test } from "vitest";
import { normalizeMessage } from "../../../../functions/normalize-mastodon/normalize-message.ts";
import { linkShare } from "../../../../shared/events/link-share.v1.ts";
import { post as postSchema } from "../../../../shared/events/post.v1.ts";
import { tombstone } from "../../../../shared/events/tombstone.v1.ts";
import { delivery } from "../../../support/deliveries.ts";
import { threadCpuMs } from "../../../support/thread-cpu-ms.ts";

const context = {
  functionVersion: "v1",
  now: Date.parse("2024-10-22T00:00:00Z"),
  storesText: true,
};
const from = (server: string | undefined, ...records: unknown[]) =>
  normalizeMessage(
    {
      ...delivery(records.map((record) => JSON.stringify(record)).join("\n"), "mastodon-statuses"),
      attributes: server === undefined ? {} : { server },
    },
    context,
  );
const normalize = (...records: unknown[]) => from("fosstodon.org", ...records);

const mention =
  '<span class="h-card"><a href="https://fosstodon.org/@josi" class="u-url mention">@<span>josi</span></a></span>';
const hashtag =
  '<a href="https://fosstodon.org/tags/rstats" class="mention hashtag" rel="tag">#<span>rstats</span></a>';
const anchor = (href: string) =>
  `<a href="${href}" target="_blank" rel="nofollow noopener"><span class="invisible">https://</span><span class="ellipsis">example.com/</span></a>`;
const status = {
  id: "113347064048858843",
  created_at: "2024-10-21T19:29:01.175Z",
  in_reply_to_id: null,
  visibility: "public",
  language: "en",
  uri: "https://fosstodon.org/users/yjunechoe/statuses/113347064048858843",
  url: "https://fosstodon.org/@yjunechoe/113347064048858843",
  edited_at: null,
  content: `<p>${mention} look &amp; see</p><p>${anchor("https://example.com/a?b=1&amp;c=2")}</p>`,
  reblog: null,
  account: { id: "109275192003234679", acct: "yjunechoe", url: "https://fosstodon.org/@yjunechoe" },
  mentions: [{ id: "110933492719362385", url: "https://fosstodon.org/@josi", acct: "josi" }],
  card: null,
};
const linksOf = (more: object) => normalize({ ...status, ...more }).shares[0]?.links;
const id = "mastodon:https://fosstodon.org/users/yjunechoe/statuses/113347064048858843";

test("a status becomes one link share and one receipt that fit their schemas", () => {
  const { shares, receipts, tombstones, failed } = normalize(status);
  expect([tombstones, failed]).toEqual([[], []]);
  const alias = "mastodon:fosstodon.org/113347064048858843";
  const author = "mastodon:https://fosstodon.org/@yjunechoe";
  const revision = expect.stringMatching(/^00000000\.01\.300\./);
  const links = [{ url: "https://example.com/a?b=1&c=2" }];
  const common = { id, event_time: "2024-10-21T19:29:01.175Z", author, alias, kind: "post" };
  expect(shares).toEqual([{ ...common, source: "mastodon", revision, links }]);
  expect(receipts).toEqual([
    {
      ...common,
      outcome: "post",
      source: "mastodon",
      language: "en",
      text: "@josi look & see\nhttps://example.com/",
      revision,
      links,
      message_id: "m1",
      position: "records[0]",
      received_at: "2026-01-02T03:04:05.678Z",
    },
  ]);
  expect(shares.map((one) => linkShare.safeParse(one).error)).toEqual([undefined]);
  expect(receipts.map((one) => postSchema.safeParse(one).error)).toEqual([undefined]);
});

describe("links", () => {
  const a = "https://example.com/a";
  const page = (url: string, title = "A title") => ({ url, title });
  test.each([
    ["mentions and hashtags are none", { content: mention + hashtag }, []],
    [
      "what the status lists as a mention is none, whatever its class",
      { content: '<a href="https://fosstodon.org/@josi">josi</a>' },
      [],
    ],
    ["a hashtag is told by its rel, too", { content: `<a rel="nofollow tag" href="${a}">` }, []],
    ["each is there once", { content: anchor(a) + anchor(a) }, [{ url: a }]],
    ["in capitals", { content: `<A HREF='${a}'>a</A>` }, [{ url: a }]],
    ["without quotes", { content: `<a href=${a}>a</a>` }, [{ url: a }]],
    [
      "with entities",
      { content: '<a href="https:&#x2F;&#47;example.com&sol;a">a</a>' },
      [{ url: a }],
    ],
    [
      "the first href of two",
      { content: `<a href="${a}" href="https://b.example">` },
      [{ url: a }],
    ],
    ["bare addresses are none", { content: a }, []],
    ["a comment has none", { content: `<!-- <a href="${a}"> -->` }, []],
    ["a mail address is none", { content: '<a href="mailto:a@example.com">a</a>' }, []],
    ["words around an address are none", { content: `<a href="see ${a}">a</a>` }, []],
    [
      "one without encryption",
      { content: anchor("http://a.example/") },
      [{ url: "http://a.example/" }],
    ],
    [
      "a card titles its link",
      { content: anchor(a), card: page(a) },
      [{ url: a, title: "A title" }],
    ],
    [
      "a card tells where the first link leads",
      { content: anchor("https://sho.rt/1") + anchor("https://b.example/"), card: page(a) },
      [{ url: a, title: "A title", slot: "https://sho.rt/1" }, { url: "https://b.example/" }],
    ],
    [
      "a card titles its link alone, without the space around it",
      { content: anchor("https://b.example/") + anchor(a), card: page(a, " A title\n") },
      [{ url: "https://b.example/" }, { url: a, title: "A title" }],
    ],
    ["a card alone is a link", { content: "look", card: page(a, "") }, [{ url: a }]],
    ["a card may lack its title", { content: "look", card: { url: a, title: null } }, [{ url: a }]],
    [
      "a card of no page is none",
      { content: anchor(a), card: { url: null, title: "A title" } },
      [{ url: a }],
    ],
    ["a card of no web address is none", { content: anchor(a), card: page("/a") }, [{ url: a }]],
    [
      "a card of the status that is quoted is none",
      {
        content: anchor(a),
        card: page("https://b.example/@x/1"),
        quote: { uri: "https://b.example/users/x/statuses/1", url: "https://b.example/@x/1" },
      },
      [{ url: a }],
    ],
    [
      "a card of a hashtag is none",
      { content: hashtag + anchor(a), card: page("https://fosstodon.org/tags/rstats") },
      [{ url: a }],
    ],
    [
      "the quoted status is none",
      {
        content: `<p class="quote-inline">RE: ${anchor("https://b.example/@x/1")}</p>${anchor(a)}`,
        quote: {
          state: "accepted",
          quoted_status: {
            uri: "https://b.example/users/x/statuses/1",
            url: "https://b.example/@x/1",
          },
        },
      },
      [{ url: a }],
    ],
  ])("%s", (_, more, expected) => {
    expect(linksOf({ mentions: status.mentions, ...more })).toEqual(expected);
  });
});

test("what is longer than its schema allows is cut, and the card is still that of its link", () => {
  const url = `https://example.com/${"a".repeat(1_000_000)}`;
  const card = { url, title: "t".repeat(1_025) };
  const content = anchor(url) + "x".repeat(100_000);
  const { receipts } = normalize({ ...status, content, card, language: "l".repeat(65) });
  const [receipt] = receipts;
  expect(postSchema.safeParse(receipt).error).toBeUndefined();
  expect([receipt?.text?.length, receipt?.language?.length]).toEqual([100_000, 64]);
  expect(receipt?.links.map((one) => [one.url.length, one.title?.length])).toEqual([
    [1_000_000, 1_024],
  ]);
  expect(linksOf({ content })?.map((one) => one.url.length)).toEqual([1_000_000]);
});

test("an address that leads elsewhere names its link only while it is short", () => {
  const slotOf = (characters: number) => {
    const slot = `https://sho.rt/${"a".repeat(characters - "https://sho.rt/".length)}`;
    const card = { url: "https://example.com/a", title: "A title" };
    return normalize({ ...status, content: anchor(slot), card }).shares[0]?.links[0]?.slot?.length;
  };
  expect([slotOf(2_048), slotOf(2_049)]).toEqual([2_048, undefined]);
});

test("a boost is a repost of what it boosts", () => {
  const boost = {
    ...status,
    uri: "https://masto.ai/users/b/statuses/2/activity",
    id: "2",
    content: "",
    account: { url: "https://masto.ai/@b" },
    reblog: status,
  };
  const { shares } = normalize(boost);
  expect(shares).toMatchObject([
    {
      id: "mastodon:https://masto.ai/users/b/statuses/2/activity",
      author: "mastodon:https://masto.ai/@b",
      kind: "repost",
      also_known_as: [id],
      links: [{ url: "https://example.com/a?b=1&c=2" }],
    },
  ]);
});

test("reacts to whom it answers, mentions, quotes or boosts, with their followers", () => {
  const other = { id: "3", url: "https://b.example/@x", followers_count: 12 };
  const reactions = (more: object) =>
    normalize({ ...status, ...more }).interactions.map((one) => [
      one.influencer,
      one.kind,
      one.influencer_followers,
    ]);
  const named = "mastodon:https://b.example/@x";
  const mentions = [{ id: "3", url: "https://b.example/@x" }];
  expect(reactions({ mentions })).toEqual([[named, "mention", undefined]]);
  const answer = { in_reply_to_id: "1", in_reply_to_account_id: "3" };
  expect(reactions({ mentions, ...answer })).toEqual([[named, "reply", undefined]]);
  const quote = { quoted_status: { uri: "https://b.example/1", account: other } };
  expect(reactions({ mentions, quote })).toEqual([[named, "quote", 12]]);
  const reblog = { ...status, account: other };
  expect(reactions({ reblog })).toEqual([[named, "repost", 12]]);
  expect(reactions({ reblog: { ...status, account: null }, mentions })).toEqual([]);
  expect(reactions({ mentions: [{ id: "3", url: null }] })).toEqual([]);
});

test("answers the account that its server names, of all that it mentions", () => {
  const answers = (in_reply_to_account_id: unknown, ...ids: unknown[]) => {
    const mentions = ids.map((id, at) => ({ id, url: `https://b.example/@${at}` }));
    const answer = { in_reply_to_id: "1", in_reply_to_account_id, mentions };
    const { interactions } = normalize({ ...status, ...answer });
    return interactions.filter(({ kind }) => kind === "reply").map((one) => one.influencer);
  };
  expect(answers("4", "3", "4", "5")).toEqual(["mastodon:https://b.example/@1"]);
  expect(answers("6", "3", "4")).toEqual([]);
  expect(answers(undefined, undefined, "3")).toEqual([]);
  expect(normalize({ ...status, in_reply_to_id: "1", mentions: null }).interactions).toEqual([]);
});

test.each([
  ["reply", { in_reply_to_id: "1" }],
  ["quote", { in_reply_to_id: "1", quote: { quoted_status: { uri: "https://b.example/1" } } }],
  ["post", { quote: { state: "pending", quoted_status: null } }],
  ["repost", { reblog: { ...status, quote: { quoted_status: { uri: "https://b.example/1" } } } }],
  ["repost", { in_reply_to_id: "1", reblog: status }],
])("kind: %s", (kind, more) => {
  expect(normalize({ ...status, ...more }).receipts[0]?.kind).toBe(kind);
});

test("seen from two servers it is one, of which each server deletes what it told", () => {
  const mine = from("one.example", status, { event: "delete", payload: status.id });
  const theirs = from("two.example", { ...status, id: "7" }, { event: "delete", payload: "7" });
  expect(mine.shares[0]?.id).toBe(id);
  expect(theirs.shares[0]).toEqual({ ...mine.shares[0], alias: "mastodon:two.example/7" });
  expect(mine.tombstones).toEqual([
    { id: "mastodon:one.example/113347064048858843", source: "mastodon" },
  ]);
  expect(theirs.tombstones.map((one) => one.id)).toEqual([theirs.shares[0]?.alias]);
  expect(tombstone.safeParse(mine.tombstones[0]).success).toBe(true);
});

test.each(["public", "unlisted", "local", undefined])(
  "what anybody may read counts: %s",
  (visibility) => {
    expect(normalize({ ...status, visibility }).receipts[0]?.outcome).toBe("post");
  },
);

// The last ones are of Pleroma, GoToSocial and Mastodon's own circles.
test.each(["private", "direct", "list", "mutuals_only", "limited"])(
  "what not everybody may read does not: %s",
  (visibility) => {
    const { receipts, shares } = normalize({ ...status, visibility });
    expect(receipts).toMatchObject([{ outcome: "ignored", reason: "notice-not-public" }]);
    expect(shares).toEqual([]);
  },
);

test("a server that nobody names is one, too", () => {
  const { shares, tombstones } = from(undefined, status, { event: "delete", payload: status.id });
  expect(tombstones[0]?.id).toBe("mastodon:/113347064048858843");
  expect(shares[0]?.alias).toBe("mastodon:/113347064048858843");
  for (const odd of ["a server/..", "x y.example", ".example?", "a".repeat(254)]) {
    expect(from(odd, status).shares[0]?.alias).toBe("mastodon:/113347064048858843");
  }
  expect(from("A.Example", status).shares[0]?.alias).toBe("mastodon:a.example/113347064048858843");
});

test("an edit is a better reading of the same status, and keeps its time", () => {
  const edited = {
    ...status,
    edited_at: "2024-10-21T20:30:00.000Z",
    content: anchor("https://b.example"),
  };
  const { shares } = normalize(
    { event: "status.update", payload: JSON.stringify(edited) },
    { event: "update", payload: JSON.stringify(status), stream: ["public"] },
  );
  const [later, first] = shares;
  expect(later).toMatchObject({ id, event_time: first?.event_time });
  // 3,658,825 ms later, in base 36, before anything else is compared.
  expect(later?.revision).toMatch(/^00026f61\.01\.300\./);
  expect(first?.revision).toMatch(/^00000000\.01\.300\./);
});

test.each<[string, unknown, string]>([
  ["a private status", { ...status, visibility: "private" }, "notice-not-public"],
  ["a direct message", { ...status, visibility: "direct" }, "notice-not-public"],
  ["an empty page", [], "notice-empty-page"],
  ["an empty page of a search", { statuses: [], accounts: [] }, "notice-empty-page"],
  ...[
    "notification",
    "notifications_merged",
    "filters_changed",
    "conversation",
    "announcement",
    "announcement.reaction",
    "announcement.delete",
    "encrypted_message",
  ].map(
    (event) =>
      [event, { event, payload: "{}" }, `notice-${event}`] satisfies [string, unknown, string],
  ),
])("ignored: %s", (_, record, reason) => {
  const { receipts, shares, failed } = normalize(record);
  expect([shares, failed]).toEqual([[], []]);
  expect(receipts).toMatchObject([{ outcome: "ignored", reason }]);
});

test("a status is read alone, in a list, and in an event, written out or as text", () => {
  const records = [
    [status],
    { event: "update", payload: status },
    { event: "status.update", payload: JSON.stringify(status) },
  ];
  for (const [index, place] of ["[0]", ".payload", ".payload"].entries()) {
    const { shares, receipts } = normalize(records[index]);
    expect(receipts[0]?.position).toBe(`records[0]${place}`);
    expect(shares).toEqual(normalize(status).shares);
  }
});

test.each([7, "7"])("deletes the status %j of its server", (payload) => {
  expect(normalize({ event: "delete", payload }).tombstones).toEqual([
    { id: "mastodon:fosstodon.org/7", source: "mastodon" },
  ]);
});

test.each(["", "a b", null, true, 1.5, {}, "7".repeat(600)])("deletes nothing by %j", (payload) => {
  expect(normalize({ event: "delete", payload })).toMatchObject({
    tombstones: [],
    failed: [{ issues: [{ path: "records[0].payload", message: "no id of a status" }] }],
  });
});

test("its time may have an offset", () => {
  const { shares } = normalize({ ...status, created_at: "2024-10-21T21:29:01.175+02:00" });
  expect(shares[0]?.event_time).toBe("2024-10-21T19:29:01.175Z");
});

test.each([
  [{ account: {} }, "content"],
  [{ content: "" }, "account"],
])("of a status that is only %j all is named that is missing", (record, missing) => {
  const [event] = normalize(record).failed;
  expect(event?.reason).toBe("invalid-field");
  expect(event?.issues.map(({ path }) => path)).toContain(`records[0].${missing}`);
});

test("a page is its statuses, of which one that fails fails alone", () => {
  const { receipts, failed } = normalize({
    accounts: [],
    statuses: [status, { ...status, uri: 7 }],
  });
  expect(receipts.map(({ position }) => position)).toEqual(["records[0].statuses[0]"]);
  expect(failed).toMatchObject([
    { reason: "invalid-field", issues: [{ path: "records[0].statuses[1].uri" }] },
  ]);
});

const activity = {
  "@context": "https://www.w3.org/ns/activitystreams",
  type: "Create",
  object: { type: "Note", content: "" },
};
test.each<[string, unknown, string, string, string?]>([
  [
    "an object of ActivityPub",
    { ...activity, content: "" },
    "unknown-shape",
    "records[0]",
    "an object of ActivityPub, not a status as the API of Mastodon gives it",
  ],
  ["no object", 7, "unknown-shape", "records[0]", "no object"],
  [
    "an account",
    { id: "1", acct: "a" },
    "unknown-shape",
    "records[0]",
    "neither a status nor an event of the streaming API",
  ],
  [
    "an unknown event",
    { event: "reaction" },
    "unknown-shape",
    "records[0].event",
    "an event of an unknown type",
  ],
  [
    "an event without a status",
    { event: "update" },
    "unknown-shape",
    "records[0].payload",
    "no object",
  ],
  [
    "a payload cut short",
    { event: "update", payload: '{"id":' },
    "malformed-json",
    "records[0].payload",
  ],
  [
    "a payload nested too deep",
    { event: "update", payload: "[".repeat(2_000) },
    "malformed-json",
    "records[0].payload",
  ],
  ["a delete of nothing", { event: "delete", payload: "" }, "missing-id", "records[0].payload"],
  [
    "a time without an offset",
    { ...status, created_at: "2024-10-21" },
    "impossible-time",
    "records[0].created_at",
    "no time of RFC 3339 with its offset",
  ],
  [
    "the year 0001",
    { ...status, created_at: "0001-01-01T00:00:00Z" },
    "impossible-time",
    "records[0].created_at",
  ],
  [
    "the year 9999",
    { ...status, created_at: "9999-01-01T00:00:00Z" },
    "impossible-time",
    "records[0].created_at",
  ],
  [
    "a uri with a space",
    { ...status, uri: "a b" },
    "missing-id",
    "records[0].uri",
    "empty, too long, or with spaces",
  ],
  ["no content", { ...status, content: null }, "invalid-field", "records[0].content"],
])("fails, and is kept as it came: %s", (_, record, reason, path, message) => {
  const { shares, failed } = normalize(record, status);
  expect(shares).toHaveLength(1);
  const issue = { path, message: message ?? expect.any(String) };
  expect(failed).toMatchObject([{ stage: "normalize-mastodon", reason, issues: [issue] }]);
  expect(Buffer.from(failed[0]?.original ?? "", "base64").toString()).toBe(JSON.stringify(record));
});

describe("HTML that is a bomb takes no longer than its length", () => {
  const link = anchor("https://example.com/a");
  test.each([
    ["depth", "<b>".repeat(300_000)],
    ["ends of nothing", "</i>".repeat(250_000)],
    ["entities", "&amp;".repeat(200_000)],
    ["an attribute", `<a href="https://example.com/${"x".repeat(1_000_000)}">`],
    ["attributes", `<a ${Array.from({ length: 100_000 }, (_, at) => `a${at}=1`).join(" ")}>`],
    ["openings", "<".repeat(1_000_000)],
    ["a comment without end", `<!--${"-".repeat(1_000_000)}`],
  ])("%s", (_, content) => {
    let judged = normalize(status);
    const took = threadCpuMs(() => {
      judged = normalize({ ...status, content: link + content });
    });
    const { receipts, failed } = judged;
    expect([receipts.length, failed.length]).toEqual([1, 0]);
    expect(receipts[0]?.links[0]).toEqual({ url: "https://example.com/a" });
    // A pass over 1 MB takes some 50 ms; what is quadratic takes minutes.
    expect(took).toBeLessThan(3_000);
  });

  test("more links than any status has", () => {
    const content = Array.from({ length: 10_001 }, (_, at) => anchor(`https://example.com/${at}`));
    const { failed } = normalize({ ...status, content: content.join("") });
    expect(failed).toMatchObject([{ reason: "too-many-records" }]);
  });
});

test("what Pleroma says that it quotes is no link", () => {
  const quote = {
    uri: "https://p.example/objects/1",
    url: "https://p.example/notice/1",
    account: { url: "https://p.example/users/q" },
  };
  const content = '<p>look</p>RE: <a href="https://p.example/notice/1">p.example</a>';
  const { shares } = normalize({ ...status, card: null, content, pleroma: { quote } });
  expect(shares).toMatchObject([
    { kind: "quote", quotes: "mastodon:https://p.example/objects/1", links: [] },
  ]);
});

test.each([
  ["that waits to be shown", { state: "pending", quoted_status: null }, []],
  ["that its server does not know", undefined, ["https://q.example/@q/1"]],
])("the address of a quote %s", (_what, quote, links) => {
  const content =
    '<p class="quote-inline">RE: <a href="https://q.example/@q/1">q</a></p><p>look</p>';
  const { shares } = normalize({ ...status, card: null, content, quote });
  expect(shares.flatMap((share) => share.links.map(({ url }) => url))).toEqual(links);
});
