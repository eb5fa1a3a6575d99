import { describe, expect, test } from "vitest";
import * as z from "zod";
import type { PostReceipt } from "../../shared/events/post.v1.ts";
import { delivery } from "../support/deliveries.ts";
import { judgeTweets } from "../support/judge-tweets.ts";
import { hasSharedData, sharedJson, sharedLines } from "../support/shared-data.ts";

const expectedCounts = z.object({
  lines: z.number(),
  uniqueTweets: z.number(),
  rawLinkShares: z.number(),
  duplicateTweets: z.number(),
  deletes: z.number(),
  hours: z.record(
    z.string(),
    z.object({ tweets: z.number(), retweets: z.number(), rawLinkShares: z.number() }),
  ),
});

function normalizeFile(name: string) {
  const lines = sharedLines(name);
  const receipts: PostReceipt[] = [];
  let mentions = 0;
  let unlinked = 0;
  let failed = 0;
  for (let start = 0; start < lines.length; start += 500) {
    const message = delivery(lines.slice(start, start + 500).join("\n"));
    const judged = judgeTweets(message);
    for (const receipt of judged.receipts) receipts.push(receipt);
    mentions += judged.mentions.length;
    unlinked += judged.unlinked.length;
    failed += judged.failed.length;
  }
  return { lines: lines.length, receipts, mentions, unlinked, failed };
}

describe.skipIf(!hasSharedData)("counts of an independent oracle", () => {
  test.each(["stream-2019-07-03", "archive-icco"])("%s", (name) => {
    const expected = expectedCounts.parse(sharedJson(`expected/${name}.json`));
    const { lines, receipts, mentions, unlinked, failed } = normalizeFile(
      `tweets/${name}.jsonl.gz`,
    );
    expect(failed).toBe(0);
    expect({ lines, received: receipts.length }).toEqual({
      lines: expected.lines,
      received: expected.lines,
    });
    const tweets = receipts.filter(({ outcome }) => outcome === "post");
    const distinct = new Map(tweets.map((receipt) => [receipt.id, receipt]));
    const hours: z.infer<typeof expectedCounts>["hours"] = {};
    for (const { event_time = "", kind, links } of distinct.values()) {
      const hour = `${event_time.slice(0, 13)}:00:00Z`;
      hours[hour] ??= { tweets: 0, retweets: 0, rawLinkShares: 0 };
      hours[hour].tweets += 1;
      if (kind === "repost") hours[hour].retweets += 1;
      hours[hour].rawLinkShares += links.length;
    }
    expect(hours).toEqual(expected.hours);
    const shared = tweets.reduce((sum, { links }) => sum + links.length, 0);
    expect(mentions + unlinked).toBe(shared);
    expect(distinct.size).toBe(expected.uniqueTweets);
    expect(tweets.length - distinct.size).toBe(expected.duplicateTweets);
    expect(receipts.filter(({ outcome }) => outcome === "delete")).toHaveLength(expected.deletes);
  });
});

describe.skipIf(!hasSharedData)("recorded objects of all ages and versions", () => {
  test.each([
    ["tweets/python-twitter_testdata", 680, 0],
    ["tweets/rtweet_fixtures", 2_483, 0],
    ["tweets/tweepy_cassettes", 153, 0],
    ["tweets/tweet_parser_original_format", 25, 0],
    ["tweets/xdev_tweet-updates", 29, 0],
    ["tweets-v2/2sets", 200, 0],
    ["tweets-v2/flat", 100, 0],
    ["tweets-v2/noflat", 100, 0],
    ["tweets-v2/network", 500, 0],
    ["tweets-v2/withheld", 215, 0],
    // Its last line is cut in the middle.
    ["tweets-v2/streaming_output_with_error", 7, 1],
    // Pages of counts, lists and users are pages, but not of tweets.
    ["tweets-v2/counts", 0, 1],
    ["tweets-v2/lists", 0, 2],
    ["tweets-v2/users", 0, 1],
  ])("%s: %i tweets, %i failed records", (name, tweets, failedRecords) => {
    const { receipts, failed } = normalizeFile(`${name}.jsonl.gz`);
    expect(receipts.filter(({ outcome }) => outcome === "post")).toHaveLength(tweets);
    expect(failed).toBe(failedRecords);
  });

  test("a page and its flat form count the same links", () => {
    expect(normalizeFile("tweets-v2/flat.jsonl.gz").mentions).toBe(
      normalizeFile("tweets-v2/noflat.jsonl.gz").mentions,
    );
  });

  test.each([
    ["tweets-v2/2sets", 101],
    ["tweets-v2/flat", 17],
    ["tweets-v2/network", 80],
    ["tweets-v2/withheld", 49],
  ])("%s: %i mentions, none of them of a post's own photos and videos", (name, mentions) => {
    expect(normalizeFile(`${name}.jsonl.gz`).mentions).toBe(mentions);
  });

  test("compliance files: tweets are deleted, users are noted", () => {
    const outcomes = (name: string) => normalizeFile(name).receipts.map(({ outcome }) => outcome);
    expect(outcomes("tweets-v2/tweets_compliance.jsonl.gz")).toEqual(["delete", "delete"]);
    expect(outcomes("tweets-v2/users_compliance.jsonl.gz")).toEqual(["ignored", "ignored"]);
  });
});
