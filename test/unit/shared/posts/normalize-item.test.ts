import { describe, expect, test } from "vitest";
import { type EventId, eventIdOf } from "../../../../shared/events/event-id.ts";
import { normalizeItem } from "../../../../shared/posts/normalize-item.ts";
import { failedItem, type Item, type Post } from "../../../../shared/posts/post-item.ts";

function idOf(nativeId: string): EventId {
  const id = eventIdOf("x", nativeId);
  if (id === undefined) throw new Error(`no id: ${nativeId}`);
  return id;
}
const delivered = {
  source: "x",
  message_id: "m1",
  position: "records[0]",
  received_at: "2026-01-02T03:04:05.678Z",
};
const now = Date.parse("2026-01-02T04:00:00Z");
const normalize = (item: Item, storesText = true) =>
  normalizeItem(item, delivered, { now, storesText });

const post: Post = {
  id: idOf("1"),
  createdAt: Date.parse("2026-01-02T03:00:00.001Z"),
  author: "x:7",
  alias: idOf("10"),
  kind: "quote",
  links: [{ url: "https://example.com/a" }],
  interactions: [{ influencer: "x:8", kind: "quote", target: idOf("2") }],
  alsoKnownAs: [idOf("3")],
  revision: "00000000.01.300.abcdef",
  quotes: idOf("2"),
  language: "en",
  text: "hi",
};
const common = {
  id: "x:1",
  event_time: "2026-01-02T03:00:00.001Z",
  author: "x:7",
  alias: "x:10",
  kind: "quote",
  revision: "00000000.01.300.abcdef",
  links: [{ url: "https://example.com/a" }],
};
const impossible = {
  failure: {
    reason: "impossible-time",
    issues: [
      {
        path: "created_at",
        message: "before 2006-03-21, or more than an hour in the future",
      },
    ],
  },
};
/** The first and last ms that are possible, and those before and after. */
const possible = ["2006-03-21T00:00:00.000Z", "2026-01-02T05:00:00.000Z"];
const notPossible = ["2006-03-20T23:59:59.999Z", "2026-01-02T05:00:00.001Z"];

describe("a post", () => {
  test("is a receipt, the links that it shares and its interactions", () => {
    expect(normalize({ outcome: "post", post })).toEqual({
      receipt: { outcome: "post", ...common, language: "en", text: "hi", ...delivered },
      share: { ...common, source: "x", quotes: "x:2", also_known_as: ["x:3"] },
      interactions: [
        {
          id: "x:1",
          event_time: "2026-01-02T03:00:00.001Z",
          source: "x",
          revision: "00000000.01.300.abcdef",
          alias: "x:10",
          influencer: "x:8",
          influenced: "x:7",
          kind: "quote",
          is_reshare: true,
          target: "x:2",
          weight: 3,
        },
      ],
    });
  });

  test("of one name has no others", () => {
    const normalized = normalize({ outcome: "post", post: { ...post, alsoKnownAs: [] } });
    expect(JSON.stringify(normalized)).not.toContain("also_known_as");
  });

  test("shares its links also where there are none", () => {
    const normalized = normalize({ outcome: "post", post: { ...post, links: [] } });
    expect(normalized).toMatchObject({ receipt: { links: [] }, share: { links: [] } });
  });

  test("has its text in its receipt only where texts are kept", () => {
    expect(JSON.stringify(normalize({ outcome: "post", post }, false))).not.toContain('"text"');
  });

  test.each(possible)("of %s is possible", (time) => {
    const item = { outcome: "post", post: { ...post, createdAt: Date.parse(time) } } as const;
    expect(normalize(item)).toMatchObject({ receipt: { event_time: time } });
  });

  test.each(notPossible)("of %s is not", (time) => {
    const createdAt = Date.parse(time);
    expect(normalize({ outcome: "post", post: { ...post, createdAt } })).toEqual(impossible);
  });

  test("has 10,000 links at most", () => {
    const links = Array.from({ length: 10_001 }, (_, n) => ({ url: `https://example.com/${n}` }));
    const message = "more than 10000 links";
    expect(normalize({ outcome: "post", post: { ...post, links } })).toEqual({
      failure: { reason: "too-many-records", issues: [{ path: "links", message }] },
    });
    const most = { ...post, links: links.slice(1) };
    expect(normalize({ outcome: "post", post: most })).not.toHaveProperty("failure");
  });
});

describe("a delete", () => {
  test("is a receipt of when it was deleted, and a tombstone of when it was created", () => {
    const item: Item = {
      outcome: "delete",
      id: idOf("1"),
      author: "x:7",
      createdAt: Date.parse("2026-01-01T00:00:00Z"),
      deletedAt: Date.parse("2026-01-02T03:00:00Z"),
    };
    expect(normalize(item)).toEqual({
      receipt: {
        outcome: "delete",
        id: "x:1",
        event_time: "2026-01-02T03:00:00.000Z",
        author: "x:7",
        links: [],
        ...delivered,
      },
      tombstone: { id: "x:1", source: "x", event_time: "2026-01-01T00:00:00.000Z" },
    });
  });

  test("of an account is one of all of its posts", () => {
    const item: Item = { outcome: "delete", id: idOf("7"), isAccount: true };
    expect(normalize(item)).toEqual({
      receipt: { outcome: "delete", id: "x:7/*", links: [], ...delivered },
      tombstone: { id: "x:7/*", source: "x" },
    });
  });

  test.each(notPossible)("at an impossible time, %s, is one without a time", (time) => {
    const at = Date.parse(time);
    const item: Item = { outcome: "delete", id: idOf("1"), createdAt: at, deletedAt: at };
    expect(normalize(item)).toEqual({
      receipt: { outcome: "delete", id: "x:1", links: [], ...delivered },
      tombstone: { id: "x:1", source: "x" },
    });
  });
});

describe("what is no post", () => {
  test("is a receipt with its reason, and nothing else", () => {
    expect(normalize({ outcome: "ignored", reason: "notice-limit" })).toEqual({
      receipt: { outcome: "ignored", reason: "notice-limit", links: [], ...delivered },
    });
  });

  test("may react to somebody, and says so", () => {
    const item: Item = { outcome: "ignored", reason: "notice-repost", reacting: post };
    expect(normalize(item)).toMatchObject({
      receipt: {
        outcome: "ignored",
        reason: "notice-repost",
        links: [],
        id: "x:1",
        event_time: "2026-01-02T03:00:00.001Z",
        author: "x:7",
        kind: "quote",
      },
      interactions: [{ id: "x:1", influencer: "x:8" }],
    });
    expect(normalize(item)).not.toHaveProperty("share");
  });

  test.each(notPossible)("reacts at no impossible time: %s", (time) => {
    const reacting = { ...post, createdAt: Date.parse(time) };
    expect(normalize({ outcome: "ignored", reason: "notice-repost", reacting })).toEqual(
      impossible,
    );
  });

  test("fails with its reason", () => {
    expect(normalize(failedItem("missing-id", "id", "absent"))).toEqual({
      failure: { reason: "missing-id", issues: [{ path: "id", message: "absent" }] },
    });
  });
});
