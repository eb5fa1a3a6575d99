import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { generateTweets } from "../../producer/generate-tweets.ts";

const lineCount = 20_000;
const newestAt = new Date("2026-11-20T18:00:00.250Z");
const hourMs = 3_600_000;
/** The snowflake epoch of tweet ids, as X documents it. */
const twitterEpoch = 1_288_834_974_657n;

const urlSchema = z.object({
  url: z.string().regex(/^https:\/\/t\.co\/\w{10}$/),
  expanded_url: z.url(),
  display_url: z.string(),
  indices: z.tuple([z.int(), z.int()]),
  unwound: z.object({ url: z.url() }).optional(),
});
const mentionSchema = z.object({
  screen_name: z.string(),
  id_str: z.string(),
  indices: z.tuple([z.int(), z.int()]),
});
const entitiesSchema = z.object({
  hashtags: z.array(z.object({ text: z.string(), indices: z.tuple([z.int(), z.int()]) })),
  urls: z.array(urlSchema),
  user_mentions: z.array(mentionSchema),
});
const statusSchema = z.object({
  created_at: z.string(),
  id_str: z.string(),
  text: z.string(),
  truncated: z.boolean(),
  lang: z.string(),
  in_reply_to_status_id_str: z.string().nullable(),
  in_reply_to_user_id_str: z.string().nullable(),
  user: z.object({ id_str: z.string(), screen_name: z.string().max(15), name: z.string() }),
  is_quote_status: z.boolean(),
  entities: entitiesSchema,
  extended_tweet: z
    .object({
      full_text: z.string(),
      display_text_range: z.tuple([z.int(), z.int()]),
      entities: entitiesSchema,
    })
    .optional(),
  quoted_status_permalink: z.object({ expanded: z.string() }).optional(),
  get quoted_status() {
    return statusSchema.optional();
  },
});
const tweetSchema = statusSchema.extend({
  retweeted_status: statusSchema.optional(),
  timestamp_ms: z.string(),
});
const deleteSchema = z.object({
  delete: z.object({
    status: z.object({ id_str: z.string(), user_id_str: z.string() }),
    timestamp_ms: z.string(),
  }),
});
const limitSchema = z.object({ limit: z.object({ track: z.int(), timestamp_ms: z.string() }) });
type Status = z.infer<typeof statusSchema>;
type Tweet = z.infer<typeof tweetSchema>;

function generate(options: Partial<Parameters<typeof generateTweets>[0]> = {}): string[] {
  const events = generateTweets({ count: lineCount, seed: 1, endingAt: newestAt, ...options });
  return Array.from(events, ({ json }) => json);
}

function digest(lines: readonly string[]): string {
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}

function snowflakeTime(id: string): number {
  return Number((BigInt(id) >> 22n) + twitterEpoch);
}

let lines: string[] = [];
/** Tweets in the order of their first delivery, and how often each line came. */
const deliveries = new Map<string, number>();
const tweets: Tweet[] = [];
const deleted: string[] = [];
let limits = 0;

beforeAll(() => {
  lines = generate();
  for (const line of lines) {
    const value: unknown = JSON.parse(line);
    if (deleteSchema.safeParse(value).success) {
      deleted.push(deleteSchema.parse(value).delete.status.id_str);
    } else if (limitSchema.safeParse(value).success) {
      limits += 1;
    } else {
      const times = deliveries.get(line) ?? 0;
      deliveries.set(line, times + 1);
      if (times === 0) tweets.push(tweetSchema.parse(value));
    }
  }
});

describe("the stream as a whole", () => {
  test.each([0, 1, 2, 7, 100, 1_234])("has exactly %i lines", (count) => {
    expect(generate({ count })).toHaveLength(count);
  });

  test("is the same for the same options, byte for byte", () => {
    expect(digest(generate({ count: 1_000 }))).toBe(digest(generate({ count: 1_000 })));
  });

  test.each([
    ["seed", { seed: 2 }],
    ["a seed that differs only above 32 bits", { seed: 1 + 2 ** 32 }],
    ["end", { endingAt: new Date("2026-11-20T18:00:01Z") }],
  ])("is another one for another %s", (_, options) => {
    expect(digest(generate({ count: 100, ...options }))).not.toBe(digest(generate({ count: 100 })));
  });

  test("does not depend on how many streams were made before", () => {
    const before = digest(generate({ count: 300 }));
    generate({ count: 500, seed: 9 });

    expect(digest(generate({ count: 300 }))).toBe(before);
  });

  test("is ASCII, without line ends, about 1 to 1.5 kB a tweet", () => {
    const odd = lines.filter((line) => /[^\x20-\x7e]/.test(line));
    const sizes = lines
      .filter((line) => line.startsWith('{"created_at"'))
      .map((line) => line.length);
    const average = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;

    expect(odd).toEqual([]);
    expect(average).toBeGreaterThan(1_000);
    expect(average).toBeLessThan(1_600);
  });

  test.each([
    { count: -1 },
    { count: 1.5 },
    { hours: 0 },
    { hours: Number.NaN },
    { endingAt: new Date("2010-01-01") },
    { endingAt: new Date("nonsense") },
  ])("refuses %o", (options) => {
    expect(() => generate({ count: 10, ...options })).toThrow(RangeError);
  });
});

describe("kinds", () => {
  const share = (count: number, of: number) => count / of;
  const shareOfTweets = (is: (tweet: Tweet) => boolean) =>
    share(tweets.filter(is).length, tweets.length);

  test("delete notices are about 5 % of the lines, some for tweets of the stream", () => {
    const ids = new Set(tweets.map((tweet) => tweet.id_str));
    const known = deleted.filter((id) => ids.has(id));

    expect(share(deleted.length, lineCount)).toBeGreaterThan(0.04);
    expect(share(deleted.length, lineCount)).toBeLessThan(0.06);
    expect(share(known.length, deleted.length)).toBeGreaterThan(0.05);
    expect(share(known.length, deleted.length)).toBeLessThan(0.2);
  });

  test("limit notices are few", () => {
    expect(limits).toBeGreaterThan(0);
    expect(limits).toBeLessThan(lineCount * 0.005);
  });

  test("about 1 % are copies delivered again, byte for byte; no other id comes twice", () => {
    const copies = [...deliveries.values()].reduce((sum, times) => sum + times - 1, 0);

    expect(share(copies, lineCount)).toBeGreaterThan(0.005);
    expect(share(copies, lineCount)).toBeLessThan(0.015);
    expect(new Set(tweets.map((tweet) => tweet.id_str)).size).toBe(tweets.length);
  });

  test("ids differ also when many tweets are written in one millisecond", () => {
    const dense = new Set(generate({ count: 2_000, hours: 1 / 3_600 }));
    const ids = [...dense]
      .filter((line) => line.startsWith('{"created_at"'))
      .map((line) => tweetSchema.parse(JSON.parse(line)).id_str);

    expect(ids.length).toBeGreaterThan(1_600);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("retweets are about 35 % and never older than what they retweet", () => {
    const retweets = tweets.filter((tweet) => tweet.retweeted_status !== undefined);
    const older = retweets.filter(
      ({ id_str, retweeted_status }) =>
        snowflakeTime(id_str) <= snowflakeTime(retweeted_status?.id_str ?? "0"),
    );

    expect(share(retweets.length, tweets.length)).toBeGreaterThan(0.32);
    expect(share(retweets.length, tweets.length)).toBeLessThan(0.38);
    expect(retweets.filter(({ text }) => !text.startsWith("RT @"))).toEqual([]);
    expect(older).toEqual([]);
  });

  test("quotes carry the permalink of the quoted tweet", () => {
    const quotes = tweets.filter((tweet) => tweet.quoted_status !== undefined);
    const permalinks = quotes.map((tweet) => tweet.quoted_status_permalink?.expanded);

    expect(share(quotes.length, tweets.length)).toBeGreaterThan(0.04);
    expect(share(quotes.length, tweets.length)).toBeLessThan(0.09);
    expect(permalinks).toEqual(
      quotes.map(
        ({ quoted_status: quoted }) =>
          `https://twitter.com/${quoted?.user.screen_name}/status/${quoted?.id_str}`,
      ),
    );
  });

  test("replies are about 15 %, truncated tweets some, late and disordered ones a few", () => {
    const arrivals = new Map(tweets.map((tweet, index) => [tweet.id_str, index]));
    const step = (6 * hourMs) / lineCount;
    const lateness = tweets.map((tweet) => {
      const line = arrivals.get(tweet.id_str) ?? 0;
      // About when the line came: deletes and copies make the index run slow, by some 6 %.
      const arrival = newestAt.getTime() - 6 * hourMs + (line * lineCount * step) / tweets.length;
      return arrival - snowflakeTime(tweet.id_str);
    });
    const late = lateness.filter((by) => by > hourMs - 600_000).length;
    let disorders = 0;
    for (const [index, tweet] of tweets.entries()) {
      const before = tweets[index - 1];
      if (before && snowflakeTime(before.id_str) > snowflakeTime(tweet.id_str)) disorders += 1;
    }

    expect(shareOfTweets((tweet) => tweet.in_reply_to_status_id_str !== null)).toBeGreaterThan(
      0.12,
    );
    expect(shareOfTweets((tweet) => tweet.in_reply_to_status_id_str !== null)).toBeLessThan(0.18);
    expect(shareOfTweets((tweet) => tweet.truncated)).toBeGreaterThan(0.02);
    expect(shareOfTweets((tweet) => tweet.truncated)).toBeLessThan(0.1);
    expect(share(late, tweets.length)).toBeGreaterThan(0.014);
    expect(share(late, tweets.length)).toBeLessThan(0.026);
    expect(Math.max(...lateness)).toBeGreaterThan(24 * hourMs);
    expect(Math.max(...lateness)).toBeLessThan(73 * hourMs);
    expect(share(disorders, tweets.length)).toBeGreaterThan(0.05);
  });
});

describe("times", () => {
  const everyStatus = (): Status[] =>
    tweets.flatMap((tweet) =>
      [
        tweet,
        tweet.retweeted_status,
        tweet.quoted_status,
        tweet.retweeted_status?.quoted_status,
      ].filter((status) => status !== undefined),
    );

  test("created_at is the second of the id, in the classic format", () => {
    const wrong = everyStatus().filter(
      ({ created_at, id_str }) =>
        !/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d \+0000 \d{4}$/.test(
          created_at,
        ) || Date.parse(created_at) !== Math.floor(snowflakeTime(id_str) / 1_000) * 1_000,
    );

    expect(wrong).toEqual([]);
  });

  test("names the day of the week and of the month", () => {
    const at = (endingAt: string) => {
      const [line = ""] = generate({ count: 1, endingAt: new Date(endingAt) });
      return tweetSchema.parse(JSON.parse(line)).created_at;
    };

    expect(at("2019-07-03T06:29:00.662Z")).toBe("Wed Jul 03 06:29:00 +0000 2019");
    expect(at("2024-02-29T23:59:59.999Z")).toBe("Thu Feb 29 23:59:59 +0000 2024");
  });

  test("timestamp_ms is the millisecond of the id", () => {
    expect(
      tweets.filter(({ timestamp_ms, id_str }) => Number(timestamp_ms) !== snowflakeTime(id_str)),
    ).toEqual([]);
  });

  test("the last line is the newest tweet, at the end asked for", () => {
    const times = tweets.map(({ id_str }) => snowflakeTime(id_str));

    expect(snowflakeTime(tweets.at(-1)?.id_str ?? "0")).toBe(newestAt.getTime());
    expect(Math.max(...times)).toBe(newestAt.getTime());
  });

  test("all but the late ones lie in the hours asked for", () => {
    const short = generate({ hours: 2, count: 2_000 }).filter((line) =>
      line.startsWith('{"created'),
    );
    const before = short.filter((line) => {
      const { id_str } = tweetSchema.parse(JSON.parse(line));
      return snowflakeTime(id_str) < newestAt.getTime() - 2 * hourMs - 300_000;
    });

    expect(before.length / short.length).toBeGreaterThan(0.005);
    expect(before.length / short.length).toBeLessThan(0.03);
  });

  test("numeric ids are the digits of the string ids", () => {
    const mismatched = lines.filter((line) =>
      [...line.matchAll(/"id":(\d+),"id_str":"(\d+)"/g)].some(([, id, text]) => id !== text),
    );

    expect(mismatched).toEqual([]);
  });
});

describe("texts", () => {
  const shownTexts = () =>
    tweets.flatMap((tweet) => [
      { text: tweet.text, entities: tweet.entities },
      ...(tweet.extended_tweet
        ? [{ text: tweet.extended_tweet.full_text, entities: tweet.extended_tweet.entities }]
        : []),
    ]);

  test("indices point, in code points, at what they mark", () => {
    const wrong: string[] = [];
    for (const { text, entities } of shownTexts()) {
      const codePoints = Array.from(text);
      const at = ([start, end]: [number, number]) => codePoints.slice(start, end).join("");
      for (const { url, indices } of entities.urls) if (at(indices) !== url) wrong.push(text);
      for (const { screen_name, indices } of entities.user_mentions) {
        if (at(indices) !== `@${screen_name}`) wrong.push(text);
      }
      for (const { text: tag, indices } of entities.hashtags) {
        if (at(indices) !== `#${tag}`) wrong.push(text);
      }
    }

    expect(wrong).toEqual([]);
  });

  test("are at most 140 code points; truncated ones show only the link to themselves", () => {
    const truncated = tweets.filter((tweet) => tweet.truncated);

    expect(tweets.filter(({ text }) => Array.from(text).length > 140)).toEqual([]);
    expect(truncated.map(({ entities }) => entities.urls.map((url) => url.expanded_url))).toEqual(
      truncated.map(({ id_str }) => [`https://twitter.com/i/web/status/${id_str}`]),
    );
    expect(truncated.filter(({ extended_tweet }) => extended_tweet === undefined)).toEqual([]);
  });

  test("speak several languages", () => {
    expect(new Set(tweets.map((tweet) => tweet.lang)).size).toBeGreaterThan(7);
  });
});

describe("links", () => {
  const sharedLinks = (tweet: Tweet): string[] => {
    const shared = tweet.retweeted_status ?? tweet;
    const { urls } = shared.extended_tweet?.entities ?? shared.entities;
    return urls
      .map((url) => url.unwound?.url ?? url.expanded_url)
      .filter((url) => !url.startsWith("https://twitter.com/"));
  };
  /** One name a page, by a reading of its own: what a person would call the same page. */
  const pageOf = (link: string): string => {
    const url = new URL(link);
    const host = url.hostname.replace(/^(www|m)\./, "");
    if (host === "youtu.be") return `youtube.com${url.pathname}`;
    if (host === "youtube.com") return `youtube.com/${url.searchParams.get("v")}`;
    const parameters = [...url.searchParams]
      .filter(([name]) => !/^utm_|^fbclid$|^gclid$/i.test(name))
      .map(([name, value]) => `${name}=${value}`);
    const path = decodeURI(url.pathname)
      .replace(/\/index\.html$/, "")
      .replace(/\/$/, "");
    return `${host}${path}?${parameters.toSorted().join("&")}`;
  };

  test("are in about 40 % of the tweets", () => {
    const linked = tweets.filter((tweet) => sharedLinks(tweet).length > 0).length / tweets.length;

    expect(linked).toBeGreaterThan(0.37);
    expect(linked).toBeLessThan(0.43);
  });

  test("a few pages are shared by many, many pages by few", () => {
    const shares = new Map<string, number>();
    for (const page of tweets.flatMap(sharedLinks).map(pageOf)) {
      shares.set(page, (shares.get(page) ?? 0) + 1);
    }
    const ranked = [...shares.values()].toSorted((a, b) => b - a);
    const total = ranked.reduce((sum, count) => sum + count, 0);

    expect((ranked[0] ?? 0) / total).toBeGreaterThan(0.03);
    expect(ranked.length).toBeGreaterThan(1_000);
    expect(ranked.filter((count) => count === 1).length).toBeGreaterThan(ranked.length * 0.3);
  });

  test("of one page come in many spellings", () => {
    const spellings = new Map<string, Set<string>>();
    for (const link of tweets.flatMap(sharedLinks)) {
      const page = pageOf(link);
      spellings.set(page, (spellings.get(page) ?? new Set()).add(link));
    }
    const most = Math.max(...[...spellings.values()].map((links) => links.size));

    expect(most).toBeGreaterThan(10);
  });

  test.each([
    ["http", /^http:/],
    ["www.", /^https?:\/\/www\./],
    ["m.", /^https?:\/\/m\./],
    ["an upper-case host", /^https?:\/\/[A-Z0-9.-]+(\/|$)/],
    ["the default port", /^(https:\/\/[^/]+:443|http:\/\/[^/]+:80)(\/|\?|#|$)/],
    ["a trailing slash", /^https?:\/\/[^/]+\/.*\/$/],
    ["an index file", /\/index\.html/],
    ["utm parameters", /[?&]utm_source=/],
    ["other tracking", /[?&](fbclid|gclid)=/],
    ["parameters in order", /[?&]id=\d+&(.*&)?lang=/],
    ["parameters in another order", /[?&]lang=\w+&(.*&)?id=/],
    ["a fragment", /#\w/],
    ["a text fragment", /#:~:text=/],
    ["escapes in upper case", /%C3%B1|%C3%BC|%C3%91/],
    ["escapes in lower case", /%c3%b1|%c3%bc|%c3%91/],
    ["letters not escaped", /\/wiki\/(Jürgen|港)/],
    ["YouTube, long", /youtube\.com\/watch\?v=[\w-]{11}/],
    ["YouTube, short", /youtu\.be\/[\w-]{11}/],
  ])("are spelled with %s", (_, spelling) => {
    expect(tweets.flatMap(sharedLinks).some((link) => spelling.test(link))).toBe(true);
  });
});
