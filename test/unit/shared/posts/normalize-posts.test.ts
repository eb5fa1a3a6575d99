import { describe, expect, test } from "vitest";
import type { PubsubDelivery } from "../../../../shared/envelopes/pubsub-delivery.ts";
import { normalizePosts } from "../../../../shared/posts/normalize-posts.ts";
import type { PlacedItem } from "../../../../shared/posts/post-item.ts";
import { delivery } from "../../../support/deliveries.ts";

const context = { functionVersion: "v1", now: 1, storesText: true };
const ignored = (place: string): PlacedItem => ({
  place,
  item: { outcome: "ignored", reason: "notice-limit" },
});

/** What becomes of a message, and what was asked for of it. */
function normalize(payload: string) {
  const asked: { record: unknown; delivery: PubsubDelivery; now: number }[] = [];
  const sent = delivery(payload);
  const normalized = normalizePosts(
    sent,
    {
      source: "x",
      stage: "normalize-x",
      recognize: (record, delivered) => {
        asked.push({ record, ...delivered });
        return [ignored("")];
      },
    },
    context,
  );
  return { ...normalized, asked, sent };
}

test("records are recognized with what is known of their delivery", () => {
  const { asked, sent } = normalize('{"n":1}\n{"n":2}');
  expect(asked).toEqual([
    { record: { n: 1 }, delivery: sent, now: 1 },
    { record: { n: 2 }, delivery: sent, now: 1 },
  ]);
});

test("a record that cannot be parsed fails by itself, with the reason and its bytes", () => {
  const { receipts, failed } = normalize('1\n{"n"\n3');
  expect(receipts.map(({ position }) => position)).toEqual(["records[0]", "records[2]"]);
  expect(failed).toMatchObject([
    {
      reason: "malformed-json",
      position: "records[1]",
      original: "eyJuIg==",
      issues: [{ path: "records[1]", message: expect.stringMatching(/./) }],
    },
  ]);
});

describe("a record of very many items", () => {
  const listOf = (length: number) => `[${"1,".repeat(length - 1)}1]`;
  const pageOf = (posts: number, errors: number) =>
    `{"data":${listOf(posts)},"errors":${listOf(errors)}}`;

  test("is taken up to 10,000", () => {
    const { failed, asked } = normalize(pageOf(5_000, 5_000));
    expect([failed, asked.length]).toEqual([[], 1]);
  });

  test("fails as a whole with more, before anything of it is looked at", () => {
    const { failed, asked } = normalize(pageOf(5_000, 5_001));
    expect(asked).toEqual([]);
    expect(failed).toMatchObject([
      {
        reason: "too-many-records",
        items: 1,
        issues: [{ path: "records[0]", message: "more than 10000 items" }],
      },
    ]);
  });

  test("has few items where it is only long", () => {
    const { failed } = normalize(`{"text":"${"a".repeat(20_000)}"}`);
    expect(failed).toEqual([]);
  });
});
