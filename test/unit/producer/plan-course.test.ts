import { describe, expect, test } from "vitest";
import * as z from "zod";
import { judgeSeries } from "../../../functions/detect-anomalies/judge-series.ts";
import { urlMentions } from "../../../shared/streams/url-mentions.ts";
import { generateTweets } from "../../producer/generate-tweets.ts";
import { planStory } from "../../producer/plan-course.ts";

const hourMs = 3_600_000;
const urls = z.object({ urls: z.array(z.object({ expanded_url: z.string() })) });
const tweet = z.object({
  id_str: z.string(),
  created_at: z.string(),
  entities: urls,
  extended_tweet: z.object({ entities: urls }).optional(),
});
const line = tweet.extend({ retweeted_status: tweet.optional() });

const linksOf = ({ entities, extended_tweet }: z.infer<typeof tweet>): string[] =>
  (extended_tweet ?? { entities }).entities.urls.map(({ expanded_url }) => expanded_url);

/** Distinct tweets of the stream that `npm start` makes up, with the links that each shares. */
function generate(count: number, seed: number, endingAt: string) {
  const made = { count, seed, endingAt: new Date(endingAt), hours: 72, plan: planStory };
  const tweets = new Map<string, { at: number; links: Set<string> }>();
  const lines = [...generateTweets(made)];
  for (const { json } of lines) {
    const one = line.safeParse(JSON.parse(json)).data;
    if (one === undefined) continue;
    const links = [one, one.retweeted_status].flatMap((said) => (said ? linksOf(said) : []));
    tweets.set(one.id_str, { at: Date.parse(one.created_at), links: new Set(links) });
  }
  return { lines, tweets: [...tweets.values()] };
}

describe("a stream of three days in which everybody writes about one page", () => {
  test.each([
    [1, "2026-11-28T23:05:00.000Z", "2026-11-28T21:00:00.000Z"],
    [3, "2026-11-26T00:00:01.000Z", "2026-11-25T22:00:00.000Z"],
  ])("seed %i up to %s: what is found is the hour of %s, and nothing else", (seed, end, story) => {
    const { lines, tweets } = generate(5_000, seed, end);
    expect(lines).toHaveLength(5_000);
    const hours = Map.groupBy(tweets, ({ at }) => Math.floor(at / hourMs));
    const open = Math.floor(Date.parse(end) / hourMs);
    expect(Math.min(...hours.keys())).toBe(open - 71);
    const counted = (hour: number) =>
      (hours.get(hour) ?? []).reduce((sum, { links }) => sum + links.size, 0);
    const series = Array.from({ length: 71 }, (_, n) => ({
      state: "closed" as const,
      count: counted(open - 71 + n),
      isJudged: true,
    }));
    const { sensitivity } = urlMentions.anomalies;
    const found = judgeSeries({ from: open - 71, hours: series }, open - 71, sensitivity);
    expect(found).toMatchObject([
      { state: "open", direction: "peak", hour: Date.parse(story) / hourMs },
    ]);

    const told = tweets.filter(({ links }) =>
      [...links].some((one) => one.includes("/storm-closes")),
    );
    expect(told.length).toBeGreaterThan(220);
    expect(told.length).toBeLessThan(280);
    expect(told.filter(({ at }) => Math.floor(at / hourMs) * hourMs !== Date.parse(story))).toEqual(
      [],
    );
  });

  test("ends at the given time, however short it is", () => {
    for (const count of [0, 1, 2, 50]) {
      const { lines, tweets } = generate(count, 1, "2026-11-28T23:05:00.000Z");
      expect(lines).toHaveLength(count);
      if (count > 0) expect(tweets.at(-1)?.at).toBe(Date.parse("2026-11-28T23:05:00.000Z"));
    }
    expect(generate(50, 1, "2026-11-28T23:00:00.000Z").lines).toHaveLength(50);
  });
});
