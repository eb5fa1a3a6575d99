import { describe, expect, test } from "vitest";
import { eventIdOf } from "../../../../shared/events/event-id.ts";
import { createPostHandler } from "../../../../shared/posts/handle-posts.ts";
import type { PostSource } from "../../../../shared/posts/normalize-posts.ts";
import type { Item } from "../../../../shared/posts/post-item.ts";
import { messagePublished } from "../../../support/deliveries.ts";

const id = eventIdOf("x", "1");
const other = eventIdOf("x", "2");
if (id === undefined || other === undefined) throw new Error("no ids");

const post: Item = {
  outcome: "post",
  post: {
    id,
    createdAt: Date.parse("2026-01-02T03:00:00Z"),
    author: id,
    kind: "reply",
    links: [{ url: "https://example.com/a" }, { url: "https://example.com/b" }],
    interactions: [{ influencer: other, kind: "reply" }],
    alsoKnownAs: [],
    revision: "00000000.01.000.000000",
    quotes: undefined,
    language: undefined,
    text: "hi",
  },
};
const items: Record<string, Item[]> = {
  post: [post],
  delete: [{ outcome: "delete", id: other }],
  notice: [{ outcome: "ignored", reason: "notice-of-nothing" }],
  bad: [
    { outcome: "failed", reason: "missing-id", issues: [{ path: "id", message: "absent" }] },
    { outcome: "failed", reason: "unsafe-id", issues: [{ path: "id", message: "unsafe" }] },
  ],
};
const large = (record: unknown): Item[] =>
  String(record).endsWith("bad") ? (items.bad ?? []).slice(0, 1) : [];
const source: PostSource = {
  source: "x",
  stage: "normalize-x",
  recognize: (record) =>
    (items[String(record)] ?? large(record)).map((item, index) => ({ place: `[${index}]`, item })),
};

/** A handler that publishes here; what goes to this topic never is safe. */
function start(failing?: string) {
  const published: { topic: string; schema: string; lines: unknown[] }[] = [];
  const logged: unknown[] = [];
  const handle = createPostHandler(() => source, {
    publish: async (topic, schema, lines) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (topic === failing) throw new Error("no answer");
      published.push({ topic, schema, lines: lines.map((line): unknown => JSON.parse(line)) });
    },
    now: () => Date.parse("2026-01-02T04:00:00Z"),
    log: { info: (counts, message) => logged.push([counts, message]) },
    config: { functionVersion: "v1", storesText: true },
  });
  const handleAll = (...records: string[]) =>
    handle(messagePublished(records.map((one) => JSON.stringify(one)).join("\n"), "tweets"));
  return { handle: handleAll, published, logged };
}

describe("a message of posts", () => {
  test("is on all of its next topics when it is acknowledged", async () => {
    const { handle, published, logged } = start();
    await handle("post", "delete", "notice", "bad");
    expect(published.map(({ topic, schema, lines }) => [topic, schema, lines.length])).toEqual([
      ["link-shares", "link-share.v1", 1],
      ["interactions", "interactions.v1", 1],
      ["append-posts", "post.v1", 3],
      ["append-tombstones", "tombstone.v1", 1],
      ["failed-events", "failed-event.v1", 1],
    ]);
    const [shares, interactions, receipts, tombstones, failed] = published.map((one) => one.lines);
    expect(shares).toMatchObject([{ id: "x:1", links: [{}, {}] }]);
    expect(interactions).toMatchObject([{ id: "x:1", influencer: "x:2", kind: "reply" }]);
    expect(receipts).toMatchObject([
      { outcome: "post", id: "x:1", text: "hi", position: "records[0][0]" },
      { outcome: "delete", id: "x:2", position: "records[1][0]" },
      { outcome: "ignored", reason: "notice-of-nothing", position: "records[2][0]" },
    ]);
    expect(tombstones).toEqual([{ id: "x:2", source: "x" }]);
    expect(failed).toMatchObject([
      {
        stage: "normalize-x",
        function_version: "v1",
        reason: "missing-id",
        items: 2,
        issues: [{ path: "records[3][0].id" }, { path: "records[3][1].id" }],
      },
    ]);
    const outcomes = { post: 1, delete: 1, ignored: 1 };
    const counts = { outcomes, failed: { "missing-id": 2 }, links: 2, interactions: 1 };
    expect(logged).toEqual([[counts, "normalized"]]);
  });

  test("is logged with how many there are of each outcome and reason", async () => {
    const { handle, logged } = start();
    await handle("post", "post", "bad", "bad");
    const counts = { outcomes: { post: 2 }, failed: { "missing-id": 4 } };
    expect(logged).toEqual([[{ ...counts, links: 4, interactions: 2 }, "normalized"]]);
  });

  test("counts what is kept in parts once", async () => {
    const { handle, published, logged } = start();
    await handle(`${"x".repeat(5_000_000)}bad`);
    expect(published.find(({ topic }) => topic === "failed-events")?.lines).toHaveLength(2);
    expect(logged).toMatchObject([[{ failed: { "missing-id": 1 } }, "normalized"]]);
  });

  test.each(["link-shares", "interactions", "append-posts", "append-tombstones", "failed-events"])(
    "fails, and so is delivered again, when %s are not safe",
    async (topic) => {
      const { handle, logged } = start(topic);
      await expect(handle("post")).rejects.toThrow("no answer");
      expect(logged).toEqual([]);
    },
  );
});
