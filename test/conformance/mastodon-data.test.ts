import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { normalizeMessage } from "../../functions/normalize-mastodon/normalize-message.ts";
import { delivery } from "../support/deliveries.ts";
import { hasSharedData, sharedDataPath, sharedLines } from "../support/shared-data.ts";

const normalize = (text: string) =>
  normalizeMessage(delivery(text, "mastodon-statuses"), {
    functionVersion: "v1",
    now: Date.parse("2026-11-01T00:00:00Z"),
    storesText: true,
  });

// The numbers are those of another parser of HTML, in another language.
describe.skipIf(!hasSharedData)("real statuses of Mastodon", () => {
  test("have the links and kinds of an independent count", () => {
    const { shares, receipts, failed } = normalize(
      sharedLines("mastodon/statuses.jsonl.gz").join("\n"),
    );
    expect([receipts.length, failed.length]).toEqual([817, 0]);
    const kinds: Record<string, number> = {};
    for (const { kind = "" } of receipts) kinds[kind] = (kinds[kind] ?? 0) + 1;
    expect(kinds).toEqual({ post: 477, reply: 338, repost: 2 });
    expect(shares.filter(({ links }) => links.length > 0)).toHaveLength(321);
    expect(shares.reduce((sum, { links }) => sum + links.length, 0)).toBe(360);
    expect(new Set(shares.map(({ author }) => author)).size).toBe(310);
    const distinct = new Map(shares.map((share) => [share.id, share]));
    expect(distinct.size).toBe(529);
    const hostsOf = [...distinct.values()].map(({ links }) =>
      links.map(({ url }) => new URL(url).host),
    );
    expect(hostsOf.flat()).toHaveLength(241);
    const of = (host: string) => hostsOf.filter((hosts) => hosts.includes(host)).length;
    expect(["bsky.app", "blog.schochastics.net", "media.ccc.de", "doi.org"].map(of)).toEqual([
      23, 9, 4, 4,
    ]);
  });

  test("of a capture that is cut in the middle of a line, that line alone fails", () => {
    const text = readFileSync(sharedDataPath("mastodon/stream-malformed.json"), "utf8");
    const { receipts, failed } = normalize(text);
    expect(receipts.map(({ outcome }) => outcome)).toEqual(
      Array.from({ length: 49 }, () => "post"),
    );
    expect(failed).toMatchObject([{ reason: "malformed-json", position: "records[49]" }]);
  });
});
