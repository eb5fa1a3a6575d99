import { describe, expect, test } from "vitest";
import type * as z from "zod";
import { extractLinks } from "../../functions/normalize-tweets/extract-links.ts";
import { linkShare } from "../../shared/events/link-share.v1.ts";
import { post as postSchema } from "../../shared/events/post.v1.ts";
import { unlinked as unlinkedSchema } from "../../shared/events/unlinked.v1.ts";
import { urlMentions } from "../../shared/streams/url-mentions.ts";
import { delivery } from "../support/deliveries.ts";
import { judgeTweets } from "../support/judge-tweets.ts";
import { threadCpuMs } from "../support/thread-cpu-ms.ts";

const now = Date.parse("2026-01-02T03:04:05Z");
const normalize = (payload: string) => judgeTweets(delivery(payload), now);
const json = (value: unknown) => JSON.stringify(value);
const link = (expanded_url: string) => ({ url: "https://t.co/a", expanded_url });
const classic = {
  created_at: "Wed Jul 03 06:29:00 +0000 2019",
  id_str: "1146304818337722368",
  text: "look https://t.co/a",
  user: { id_str: "12" },
};

describe("links without measure", () => {
  const withLinks = (...links: string[]) =>
    json({ ...classic, entities: { urls: links.map(link) } });

  test.each([
    ["70,000 characters", `https://example.com/${"a".repeat(70_000)}`, "counted"],
    ["20,000 that are percent-encoded", `https://example.com/${"é".repeat(20_000)}`, "counted"],
    ["two million characters", `https://example.com/${"a".repeat(2_000_000)}`, "too-long"],
    ["no link of 70,000", `javascript:${"a".repeat(70_000)}`, "not-http"],
    ["a host of 254", `https://${"a.".repeat(125)}info/`, "unparsable"],
  ])("%s: all that follows fits its schema", (_, long, outcome) => {
    const { shares, mentions, unlinked, receipts } = normalize(
      withLinks(long, "https://example.com/b"),
    );
    expect([...unlinked.map((one) => one.outcome), ...mentions.map(() => "counted")]).toEqual(
      outcome === "counted" ? ["counted", "counted"] : [outcome, "counted"],
    );
    const fits = (schema: z.ZodType, events: readonly unknown[]) =>
      events.every((event) => schema.safeParse(event).success);
    expect(fits(postSchema, receipts)).toBe(true);
    expect(fits(linkShare, shares)).toBe(true);
    expect(fits(urlMentions.event, mentions)).toBe(true);
    expect(fits(unlinkedSchema, unlinked)).toBe(true);
  });

  test("many links take time in proportion; too many fail", () => {
    const pages = (count: number) =>
      withLinks(...Array.from({ length: count }, (_, page) => `https://example.com/${page}`));
    expect(normalize(pages(10_000)).mentions).toHaveLength(10_000);
    expect(normalize(pages(10_001)).failed).toMatchObject([
      { reason: "too-many-records", items: 1, issues: [{ path: "records[0]" }] },
    ]);
  });
});

describe("items without measure", () => {
  const zeros = (count: number) => Array.from({ length: count }, () => 0);

  test.each([
    ["of a page", (count: number) => zeros(count)],
    ["under data", (count: number) => ({ data: zeros(count) })],
    ["of an activity", (count: number) => ({ for_user_id: "1", favorite_events: zeros(count) })],
    [
      "of an activity in several lists",
      (count: number) => ({
        for_user_id: "1",
        favorite_events: zeros(count / 2),
        follow_events: zeros(count / 2),
      }),
    ],
    [
      "of pages in a page",
      (count: number) => [{ data: zeros(count / 2) }, { data: zeros(count / 2) }],
    ],
    [
      "that are included",
      (count: number) => ({ data: classic, includes: { tweets: zeros(count) } }),
    ],
  ])("%s are one failed event when they are more than 10,000", (_, write) => {
    const inBounds = normalize(json(write(10_000)));
    expect(inBounds.failed.map(({ reason }) => reason)).not.toContain("too-many-records");
    const { receipts, failed } = normalize(json(write(10_002)));
    expect(receipts).toEqual([]);
    expect(failed).toMatchObject([{ reason: "too-many-records", items: 1 }]);
  });
});

test("a 10 MB record is kept whole, in parts", () => {
  const original = `{"text":"${"x".repeat(9_900_000)}"}`;
  const { failed } = normalize(original);
  expect(failed.map(({ part, parts }) => [part, parts])).toEqual([
    [1, 3],
    [2, 3],
    [3, 3],
  ]);
  const bytes = Buffer.concat(failed.map((event) => Buffer.from(event.original, "base64")));
  expect(bytes.toString() === original).toBe(true);
});

describe("the links of a text without measure", () => {
  test("spends on links inside of links no more than on others", () => {
    const usual = "https://example.com/path and words ".repeat(1800).slice(0, 60_000);
    const best = (text: string) => {
      let least = Infinity;
      for (let round = 0; round < 5; round++) {
        least = Math.min(
          least,
          threadCpuMs(() => extractLinks(text)),
        );
      }
      return least;
    };
    const limit = best(usual) * 20;
    for (const piece of ["t.co/", "t.co/t.co?", "a.co/(", "t.co/a?(", "a.co:1/[", "a.co/(–"]) {
      expect(best(piece.repeat(60_000 / piece.length)), piece).toBeLessThan(limit);
    }
  });

  test("takes long hostile texts in its stride", () => {
    for (const text of ["a.", "a.com/(", "http://", "日.", "a.co/([{", "xn--a.", "@a.com "]) {
      const long = text.repeat(200_000 / text.length);
      expect(
        threadCpuMs(() => extractLinks(long)),
        text,
      ).toBeLessThan(5_000);
    }
  });
});
