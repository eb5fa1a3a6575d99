import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { normalizeMessage as normalizeBluesky } from "../../functions/normalize-bluesky/normalize-message.ts";
import { normalizeMessage as normalizeMastodon } from "../../functions/normalize-mastodon/normalize-message.ts";
import { normalizeMessage as normalizeTweets } from "../../functions/normalize-tweets/normalize-message.ts";
import type { Interaction } from "../../shared/streams/interactions.ts";
import { delivery } from "../support/deliveries.ts";
import { hasSharedData, sharedDataPath, sharedLines } from "../support/shared-data.ts";

const now = Date.parse("2026-11-01T00:00:00Z");

/** The distinct interactions of some records, in messages of 500. */
function interactionsOf(lines: readonly string[], normalize: typeof normalizeTweets) {
  const distinct = new Map<string, Interaction>();
  for (let start = 0; start < lines.length; start += 500) {
    const message = delivery(lines.slice(start, start + 500).join("\n"));
    const { interactions } = normalize(message, { functionVersion: "v1", now, storesText: false });
    for (const one of interactions) distinct.set(JSON.stringify([one.id, one.influencer]), one);
  }
  // Without users are edited posts that react to nobody.
  const told = [...distinct.values()].filter(({ influencer }) => influencer !== undefined);
  const count = (names: readonly string[]) => {
    const counts: Record<string, number> = {};
    for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
    return counts;
  };
  return {
    all: told.length,
    kinds: count(told.map(({ kind = "" }) => kind)),
    pairs: new Set(told.map((one) => JSON.stringify([one.influencer, one.influenced]))).size,
    top: Object.entries(count(told.map(({ influencer = "" }) => influencer)))
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, 3),
    score: told.reduce((sum, { weight }) => sum + weight, 0),
  };
}

// The numbers are those of another program, in another language.
describe.skipIf(!hasSharedData)("interactions of real posts equal an independent count", () => {
  test("of the stream of X", () => {
    const lines = sharedLines("tweets/stream-2019-07-03.jsonl.gz");
    expect(interactionsOf(lines, normalizeTweets)).toEqual({
      all: 11_176,
      kinds: { repost: 6_422, reply: 2_654, mention: 1_695, quote: 405 },
      pairs: 11_130,
      top: [
        ["x:335141638", 21],
        ["x:754006735468261376", 17],
        ["x:873115441303924736", 16],
      ],
      score: 33_906,
    });
  });

  test("of Mastodon", () => {
    const lines = sharedLines("mastodon/statuses.jsonl.gz");
    expect(interactionsOf(lines, normalizeMastodon)).toMatchObject({
      all: 357,
      kinds: { mention: 227, reply: 128, repost: 2 },
      pairs: 275,
    });
  });

  test("of Bluesky", () => {
    const text = readFileSync(sharedDataPath("bluesky/jetstream-events.jsonl"), "utf8");
    expect(interactionsOf(text.trim().split("\n"), normalizeBluesky)).toMatchObject({
      all: 21,
      kinds: { repost: 15, reply: 6 },
    });
  });
});
