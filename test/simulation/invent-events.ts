import type { Random } from "../support/create-random.ts";
import { type Link, type Page, spellPage } from "./spell-page.ts";
import { type Told, writeTweetV1, writeTweetV2 } from "./write-lines.ts";

/** An event that must be counted once, however often and however spelled it is delivered. */
export type CountedEvent = {
  id: string;
  /** Event time, RFC 3339 UTC. */
  iso: string;
  author: string | undefined;
  kind: Told["kind"];
  /** By key: the clean link of the page, the smallest of those it was delivered with. */
  pages: Map<string, { url: string; host: string }>;
};

/** A tweet that can be told, and told again in other words. */
type InventedTweet = { told: Told; pages: Page[]; counted: CountedEvent };

export type Events = {
  /** A new event of `source` at a time in ms since 1970. */
  invent: (source: string, atMs: number) => InventedTweet;
  /** Makes a tweet one that may be told again. */
  remember: (tweet: InventedTweet) => void;
  /** One of those that may be told again, if there is one. */
  earlier: () => InventedTweet | undefined;
  /** Native id of a tweet that is told already, comes later or, mostly, never comes. */
  nativeOfAny: () => string;
  /** Tells the tweet in one of its spellings; `place` is where it then stands in its record. */
  tell: (tweet: InventedTweet) => { line: string; place: string };
  somePage: () => Page;
  counted: readonly CountedEvent[];
};

const pages = Array.from({ length: 40 }, (_, n) => spellPage(n + 1));

/**
 * `respells` is whether a tweet that is told again may have other spellings of its links: where two
 * releases run at once, it depends on the storm which one's clean link is shown.
 */
export function createEvents(random: Random, respells: boolean): Events {
  const told: InventedTweet[] = [];
  const counted: CountedEvent[] = [];

  // Few pages are shared by many.
  const somePage = () => pages[Math.floor(pages.length * random.fraction() ** 2)] ?? pages[0];
  const page = (): Page => somePage() ?? random.pick(pages);

  const spell = (page: Page, counted: CountedEvent): string[] => {
    const known = counted.pages.get(page.key);
    const link = random.pick(page.links);
    const first = respells || known === undefined ? link : linkOf(page, known.url);
    if (known === undefined || first.url < known.url) {
      counted.pages.set(page.key, { url: first.url, host: page.host });
    }
    // The same page twice in one tweet is one mention, with the link that stands first.
    return random.chance(0.05) ? [first.raw, link.raw] : [first.raw];
  };

  return {
    counted,
    somePage: page,
    invent: (source, atMs) => {
      const native = nativeId(counted.length);
      const author = random.chance(0.03) ? undefined : nativeAuthor(random.below(60));
      const count = random.pick([0, 0, 1, 1, 1, 1, 2]);
      const somePages = count === 0 ? [] : [page(), page()];
      const event: Told = {
        native,
        iso: isoTime(atMs),
        author,
        kind: random.pick(["post", "post", "repost", "quote", "reply"]),
        links: [],
      };
      const tweet: InventedTweet = {
        told: event,
        pages: count < 2 ? somePages.slice(0, count) : [...new Set(somePages)],
        counted: {
          id: `${source}:${native}`,
          iso: event.iso,
          author: author && `${source}:${author}`,
          kind: event.kind,
          pages: new Map(),
        },
      };
      counted.push(tweet.counted);
      return tweet;
    },
    remember: (tweet) => void told.push(tweet),
    earlier: () => told[random.below(told.length)],
    nativeOfAny: () =>
      nativeId(random.below(counted.length + 500) + (random.chance(0.7) ? unseen : 0)),
    tell: (tweet) => {
      const links = tweet.pages.flatMap((shared) => spell(shared, tweet.counted));
      if (random.chance(0.02)) links.push("http://localhost/x");
      const spelled = { ...tweet.told, links };
      if (random.chance(0.15)) return { line: writeTweetV2(spelled), place: ".data" };
      const zoneMinutes = random.chance(0.1) ? random.pick([60, 330, 765]) : 0;
      return { line: writeTweetV1(spelled, zoneMinutes), place: "" };
    },
  };
}

/** Minutes are told again and again, and dates are dear. */
const minutes = new Map<number, string>();
const minuteMs = 60_000;
const keptMinutes = 50_000;

/** `2019-07-03T06:29:00.000Z` of a time in ms since 1970. */
function isoTime(atMs: number): string {
  const inMinute = atMs % minuteMs;
  const minute = atMs - inMinute;
  let text = minutes.get(minute);
  if (text === undefined) {
    text = new Date(minute).toISOString().slice(0, "2019-07-03T06:29:".length);
    if (minutes.size === keptMinutes) minutes.clear();
    minutes.set(minute, text);
  }
  const seconds = String(inMinute).padStart("59999".length, "0");
  return `${text}${seconds.slice(0, 2)}.${seconds.slice(2)}Z`;
}

function linkOf(page: Page, url: string): Link {
  const link = page.links.find((one) => one.url === url);
  if (link === undefined) throw new Error(`${page.key} has no link ${url}`);
  return link;
}

/** Ordinals from here on are never told. */
const unseen = 10_000_000;

/** Most are above 2^53 and differ in their last digits only; some are as short as the first ones. */
const nativeId = (ordinal: number): string =>
  ordinal % 20 === 7 ? String(ordinal + 1) : `1146305069${900_000_000 + ordinal}`;

const nativeAuthor = (n: number): string =>
  n % 2 === 0 ? String(n + 1) : `9146305069900000${100 + n}`;
