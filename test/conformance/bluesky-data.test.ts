import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { normalizeMessage } from "../../functions/normalize-bluesky/normalize-message.ts";
import { judgeShare } from "../../functions/normalize-urls/judge-share.ts";
import { delivery } from "../support/deliveries.ts";
import { hasSharedData, sharedDataPath, sharedLines } from "../support/shared-data.ts";

const now = Date.parse("2026-11-01T00:00:00Z");

function normalizeLines(lines: readonly string[]) {
  const parts = Array.from({ length: Math.ceil(lines.length / 500) }, (_, index) =>
    lines.slice(index * 500, (index + 1) * 500),
  );
  const all = parts.map((part) =>
    normalizeMessage(delivery(part.join("\n"), "bluesky-events"), {
      functionVersion: "v1",
      now,
      storesText: true,
    }),
  );
  return {
    shares: all.flatMap(({ shares }) => shares),
    receipts: all.flatMap(({ receipts }) => receipts),
    tombstones: all.flatMap(({ tombstones }) => tombstones),
    failed: all.flatMap(({ failed }) => failed),
  };
}

describe.skipIf(!hasSharedData)("real events of Bluesky", () => {
  test("each is a post, a delete, or ignored with its reason", () => {
    const text = readFileSync(sharedDataPath("bluesky/jetstream-events.jsonl"), "utf8");
    const lines = text.trim().split("\n");
    const { shares, receipts, tombstones, failed } = normalizeLines(lines);
    expect([lines.length, receipts.length, failed.length]).toEqual([152, 152, 0]);
    const outcomes: Record<string, number> = {};
    for (const { outcome, reason, kind } of receipts) {
      const name = reason ?? kind ?? outcome;
      outcomes[name] = (outcomes[name] ?? 0) + 1;
    }
    expect(outcomes).toEqual({
      post: 9,
      reply: 8,
      delete: 1,
      "notice-record-like": 105,
      "notice-record-follow": 9,
      "notice-record-block": 1,
      "notice-record-status": 1,
      "notice-record-of-no-post": 1,
      "notice-repost-of-unknown-links": 15,
      "notice-identity": 1,
      "notice-account": 1,
    });
    expect(shares.filter(({ links }) => links.length > 0)).toHaveLength(5);
    expect(
      shares.flatMap(({ links }) => links.map(({ url, title }) => [url, title ?? ""])),
    ).toEqual([
      [
        "https://www.youtube.com/watch?v=V5lDo-jw8mA",
        "What does America's 250th anniversary mean to Native Americans?",
      ],
      [
        "https://www.ufofeed.com/266486/has-anyone-properly-debunked-tic-tac-video/",
        "Has anyone properly debunked Tic Tac video? - UFO FEED",
      ],
      [
        "https://static.klipy.com/ii/f87f46a2c5aeaeed4c68910815f73eaf/7d/09/g1bpFVOm.gif?hh=498&ww=498&mp4=IrGBygbn&webm=1Tnl61JE",
        "Ariana Grande Crying: Acheimagra Stan Twitter",
      ],
      ["https://denikn.cz/2113523", ""],
      [
        "https://www.tumblr.com/tempo-tales/765681292369166336/behind-them-timmi-and-wankyu-follow-silently-but?source=share",
        "",
      ],
    ]);
    expect(tombstones.map(({ id }) => id)).toEqual([
      "bluesky:did:plc:4smmjsqf6l5jkzczvw6vsrqc/3mpt73z3ejc2p",
    ]);
  });

  test("flat posts count the links of their texts", () => {
    const { shares, receipts, failed } = normalizeLines(
      sharedLines("bluesky/posts-flattened.jsonl.gz"),
    );
    expect([receipts.length, failed.length]).toEqual([8_959, 0]);
    const hosts: Record<string, number> = {};
    for (const { mentions } of shares.map(judgeShare)) {
      for (const { host } of mentions) if (host) hosts[host] = (hosts[host] ?? 0) + 1;
    }
    expect(hosts).toEqual({
      "nyti.ms": 2_070,
      "trib.al": 185,
      "speakingofsuicide.com": 2,
      "mood.camera": 1,
      "ask.com": 1,
    });
  });
});
