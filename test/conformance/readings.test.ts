import { beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { bucketHours } from "../../functions/bucket-hours/bucket-hours.ts";
import { type UrlMention, urlMentions } from "../../shared/streams/url-mentions.ts";
import { generateTweets } from "../producer/generate-tweets.ts";
import { countHours, printHours } from "../simulation/count-hours.ts";
import type { Row } from "../simulation/create-warehouse.ts";
import { createRandom, type Random } from "../support/create-random.ts";
import { delivery } from "../support/deliveries.ts";
import { judgeTweets } from "../support/judge-tweets.ts";
import { hasSharedData, sharedLines } from "../support/shared-data.ts";
import { toTweetV2 } from "../support/to-tweet-v2.ts";

/** What both normalizers make of some lines: increments for the view, and the links set aside. */
type Read = { increments: Row[]; links: number; judged: number };

/** One way in which the same tweets may be delivered and read. */
type Way = { render: (line: string) => string; rules: (mention: UrlMention) => UrlMention };

/** Before X has followed a link, and after. */
const before = (line: string) => line;
const after = (line: string) =>
  line.replace(
    /"expanded_url":"(https?:\\?\/\\?\/(?:bit\.ly|goo\.gl|ow\.ly|youtu\.be|fb\.me)\\?\/([\w-]+)[^"]*)"/g,
    '$&,"unwound":{"url":"https://$2.resolved.example.com/page"}',
  );

/** The release under test, and one before it with other rules for some of the links. */
const newRules = (mention: UrlMention) => mention;
const oldRules = ({ url_key, ...mention }: UrlMention): UrlMention => ({
  ...mention,
  revision: `01${mention.revision.slice(2)}`,
  ...(url_key !== undefined && { url_key: url_key.replace("/", "//") }),
});

const best: Way = { render: after, rules: newRules };
const ways: readonly Way[] = [before, after].flatMap((unwind) =>
  [(line: string) => line, toTweetV2].flatMap((api) =>
    [newRules, oldRules].map((rules) => ({ render: (line: string) => api(unwind(line)), rules })),
  ),
);

function read(lines: readonly string[], { render, rules }: Way): Read {
  const judged = judgeTweets(delivery(lines.map(render).join("\n")));
  expect(judged.failed).toEqual([]);
  const mentions = [...judged.mentions, ...judged.withdrawals].map(rules);
  return {
    increments: bucketHours(urlMentions, mentions),
    links: judged.receipts.reduce((sum, { links }) => sum + links.length, 0),
    judged: judged.mentions.length + judged.unlinked.length,
  };
}

const shuffle = <Item>(random: Random, items: readonly Item[]): Item[] =>
  items
    .map((item) => ({ item, order: random.fraction() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);

/** In place of the stream file where that is not there: some of its links are short ones. */
const madeUp = () =>
  [...generateTweets({ count: 1_500, seed: 3, endingAt: new Date("2026-01-02T03:04:05Z") })]
    .map(({ json }) => json.replaceAll("gazette-exemple.fr", "bit.ly"))
    .filter((line) => !line.startsWith('{"limit"'));

describe("the stream file, or a made-up one, read in eight ways", () => {
  const chunks: string[][] = [];
  let reads: Read[][];
  let view: string;

  beforeAll(() => {
    const lines = hasSharedData ? sharedLines("tweets/stream-2019-07-03.jsonl.gz") : madeUp();
    // All that have links, and some of the others.
    const tweets = lines
      .filter((line) => !line.startsWith('{"delete"'))
      .filter((line, n) => line.includes('"urls":[{') || n % 10 === 0);
    expect(tweets.length).toBeGreaterThan(hasSharedData ? 5_000 : 500);
    for (let from = 0; from < tweets.length; from += 500)
      chunks.push(tweets.slice(from, from + 500));
    reads = chunks.map((chunk) => ways.map((way) => read(chunk, way)));
    view = viewOf(chunks.map((chunk) => read(chunk, best)));
  }, 300_000);

  const viewOf = (some: readonly Read[]) =>
    printHours(
      countHours(
        some.flatMap(({ increments }) => increments),
        [],
      ),
    );

  test("accounts for each link in each way", () => {
    for (const { links, judged } of reads.flat()) expect(judged).toBe(links);
    expect(view).toContain(".resolved.example.com");
    expect(
      new Set(ways.map((_, way) => viewOf(reads.map((chunk) => chunk[way] ?? fail())))).size,
    ).toBe(4);
  });

  test.each([1, 2, 3])("in any order, all of them are one view (%i)", (seed) => {
    expect(viewOf(shuffle(createRandom(seed), reads.flat()))).toBe(view);
  });

  test.each([1, 2, 3])("mixed, with some of them left out, they are the same view (%i)", (seed) => {
    const random = createRandom(seed);
    const isBest = (way: number) => [2, 3].includes(way >> 1) && way % 2 === 0;
    const mixed = reads.flatMap((chunk) => {
      const [one, other] = shuffle(
        random,
        chunk.filter((_, way) => isBest(way)),
      );
      const rest = chunk.filter((_, way) => !isBest(way) && random.chance(0.5));
      return [one ?? fail(), ...(random.chance(0.3) && other ? [other] : []), ...rest];
    });
    expect(viewOf(shuffle(random, mixed))).toBe(view);
  });
});

function fail(): never {
  throw new Error("not there");
}

describe("two readings of one post", () => {
  const lines = [
    '{"id_str":"4501","created_at":"Wed Mar 03 10:15:00 +0000 2021","text":"x","entities":{"urls":[{"url":"https://t.co/a","expanded_url":"https://bit.ly/f15abc"}]}}',
    '{"data":{"id":"4501","text":"x","created_at":"2021-03-03T10:15:00.000Z","entities":{"urls":[{"url":"https://t.co/a","expanded_url":"https://bit.ly/f15abc","unwound_url":"https://f15.example.com/final"}]}}}',
  ];
  const keys = (some: readonly string[]) => {
    const read = some.flatMap((line) => {
      const { mentions, withdrawals } = judgeTweets(delivery(line));
      return bucketHours(urlMentions, [...mentions, ...withdrawals]);
    });
    return countHours(read, []).map(({ url_key, mentions }) => [url_key, mentions]);
  };
  const edited = (id: string, history: string[], ...urls: string[]) =>
    JSON.stringify({
      data: {
        id,
        text: "x",
        created_at: "2021-03-03T10:15:00.000Z",
        edit_history_tweet_ids: history,
        entities: { urls: urls.map((expanded_url) => ({ expanded_url })) },
      },
    });

  test("count as the one that knows where the link leads, whichever comes first", () => {
    expect(keys(lines)).toEqual([["f15.example.com/final", 1]]);
    expect(keys(lines.toReversed())).toEqual([["f15.example.com/final", 1]]);
    expect(keys(lines.slice(0, 1))).toEqual([["bit.ly/f15abc", 1]]);
  });

  const reading = (id: string, link: object) => ({
    v1: JSON.stringify({
      id_str: id,
      created_at: "Wed Mar 03 10:15:00 +0000 2021",
      text: "x",
      entities: { urls: [{ url: "https://t.co/a", ...link }] },
    }),
    v2: JSON.stringify({
      data: {
        id,
        text: "x",
        created_at: "2021-03-03T10:15:00.000Z",
        entities: { urls: [{ url: "https://t.co/a", ...link }] },
      },
    }),
  });
  const short = { expanded_url: "https://bit.ly/f15abc" };

  test.each<[string, string, string, string]>([
    [
      "v1.1 that was followed, after v2 that was not",
      reading("4511", short).v2,
      reading("4511", { ...short, unwound: { url: "https://f15.example.com/v1" } }).v1,
      "f15.example.com/v1",
    ],
    [
      "v2 that was followed, after v2 that was not",
      reading("4512", short).v2,
      reading("4512", { ...short, unwound_url: "https://f15.example.com/v2" }).v2,
      "f15.example.com/v2",
    ],
    [
      "v1.1 that was followed, after v1.1 that was not",
      reading("4513", short).v1,
      reading("4513", { ...short, unwound: { url: "https://f15.example.com/v3" } }).v1,
      "f15.example.com/v3",
    ],
    [
      "v1.1 that was expanded, after v1.1 that was not",
      reading("4514", {}).v1,
      reading("4514", { expanded_url: "https://f15.example.com/v4" }).v1,
      "f15.example.com/v4",
    ],
  ])("count as %s, whichever comes first", (_, worse, better, key) => {
    expect(keys([worse, better])).toEqual([[key, 1]]);
    expect(keys([better, worse])).toEqual([[key, 1]]);
    expect(keys([better, worse, better])).toEqual([[key, 1]]);
  });

  test.each<[string, string, string]>([
    ["v1.1", lines[0] ?? "", '{"delete":{"status":{"id_str":"4501","user_id_str":"7"}}}'],
    [
      "v2",
      lines[1] ?? "",
      '{"data":{"delete":{"tweet":{"id":"4501","author_id":"7"},"event_at":"2021-03-03T11:00:00Z"}}}',
    ],
    [
      "X Activity",
      lines[1] ?? "",
      '{"data":{"event_type":"post.delete","payload":{"id":"4501","author_id":"7"}}}',
    ],
    [
      "Account Activity",
      lines[0] ?? "",
      '{"for_user_id":"7","tweet_delete_events":[{"status":{"id":"4501","user_id":"7"},"timestamp_ms":"1614769200000"}]}',
    ],
  ])("are none with their delete of %s, in one message in any order", (_, post, deletion) => {
    for (const message of [`${post}\n${deletion}`, `${deletion}\n${post}`]) {
      const { mentions, tombstones, unlinked, receipts, failed } = judgeTweets(delivery(message));
      expect(failed).toEqual([]);
      expect(receipts.map(({ outcome }) => outcome).sort()).toEqual(["delete", "post"]);
      expect(receipts.reduce((sum, { links }) => sum + links.length, 0)).toBe(1);
      expect([mentions.length, unlinked.length]).toEqual([1, 0]);
      expect(tombstones.map(({ id }) => id)).toEqual(["x:4501"]);
      const increments = bucketHours(urlMentions, mentions);
      expect(countHours(increments, [])).toMatchObject([{ mentions: 1 }]);
      expect(countHours(increments, [{ id: "x:4501" }])).toEqual([]);
    }
  });

  test.each([
    ["another link", ["https://b.example.com/"], [["b.example.com", 1]]],
    ["no link any more", [], []],
  ])("count as the last edit, which has %s, of API v1.1 and v2", (_, urls, expected) => {
    const first = edited("4502", ["4502"], "https://a.example.com/");
    const v2 = edited("4503", ["4502", "4503"], ...urls);
    const v1 = JSON.stringify({
      id_str: "4503",
      created_at: "Wed Mar 03 10:15:00 +0000 2021",
      text: "x",
      edit_history: { initial_tweet_id: "4502" },
      entities: { urls: urls.map((expanded_url) => ({ expanded_url })) },
    });
    for (const edit of [v1, v2]) {
      expect(keys([first, edit])).toEqual(expected);
      expect(keys([edit, first])).toEqual(expected);
    }
    expect(keys([first])).toEqual([["a.example.com", 1]]);
  });

  test("count as what entities say, not as what a text may hold", () => {
    const bare = JSON.stringify({
      id_str: "4504",
      created_at: "Wed Mar 03 10:15:00 +0000 2021",
      text: "see main.rs",
    });
    expect(keys([bare])).toEqual([["main.rs", 1]]);
    expect(keys([bare, edited("4504", ["4504"])])).toEqual([]);
  });

  test("count with the title of the one that has it", () => {
    const titled = z
      .object({ data: z.looseObject({}) })
      .parse(JSON.parse(edited("4505", ["4505"])));
    const entities = { urls: [{ expanded_url: "https://a.example.com/", title: "A" }] };
    const lines = [
      edited("4505", ["4505"], "https://a.example.com/"),
      JSON.stringify({ data: { ...titled.data, entities } }),
    ];
    const titles = (some: readonly string[]) =>
      countHours(
        some.flatMap((line) => bucketHours(urlMentions, judgeTweets(delivery(line)).mentions)),
        [],
      ).map(({ title }) => title);
    expect(titles(lines)).toEqual(["A"]);
    expect(titles(lines.toReversed())).toEqual(["A"]);
  });
});
