import type { Random } from "../support/create-random.ts";
import { isBetter, knowledge, type Reading, readPost, shareLinks } from "./invent-readings.ts";
import { type Told, writeTweetV1, writeTweetV2 } from "./write-lines.ts";

/** An event that must be counted once, however often and however well informed it is delivered. */
export type CountedEvent = {
  id: string;
  /** Event time, RFC 3339 UTC. */
  iso: string;
  author: string | undefined;
  kind: Told["kind"];
  /** The best informed one of those that were delivered. */
  best: Reading | undefined;
};

/** A tweet that can be told, and told again in other words. */
type InventedTweet = {
  told: Told;
  counted: CountedEvent;
  /** Its links, by how often it had been edited. */
  versions: ReturnType<typeof shareLinks>[];
};

export type Events = {
  /** A new event of `source` at a time in ms since 1970. */
  invent: (source: string, atMs: number) => InventedTweet;
  /** Makes a tweet one that may be told again. */
  remember: (tweet: InventedTweet) => void;
  /** One of those that may be told again, if there is one. */
  earlier: () => InventedTweet | undefined;
  /** Native id of a tweet that is told already, comes later or, mostly, never comes. */
  nativeOfAny: (nowMs: number) => string;
  /** A reading of a post as some source may deliver it; it is told from now on. */
  read: (tweet: InventedTweet) => Reading;
  /** Tells a reading of the tweet in one of its spellings; `place` is where it then stands. */
  tell: (tweet: InventedTweet) => { line: string; place: string };
  counted: CountedEvent[];
  /** Whether what is told again may be told as another reading. */
  rereads: boolean;
};

/**
 * `rereads` is whether a tweet that is told again may be told as another reading: where two releases
 * run at once, it depends on the storm which of them reads which, and newer rules win over all else.
 */
export function createEvents(random: Random, rereads: boolean): Events {
  const told: InventedTweet[] = [];
  const counted: CountedEvent[] = [];
  /** By ordinal. */
  const natives: string[] = [];

  const read = (tweet: InventedTweet): Reading => {
    const { native } = tweet.told;
    if (rereads && isEditable(native) && random.chance(0.3)) {
      tweet.versions.push(shareLinks(random));
    }
    const edit = random.below(tweet.versions.length);
    const knows = rereads ? random.pick(knowledge) : "resolved";
    const reading = readPost(native, edit, knows, tweet.versions[edit] ?? []);
    const { best } = tweet.counted;
    if (best === undefined || isBetter(reading, best)) tweet.counted.best = reading;
    return reading;
  };

  return {
    counted,
    rereads,
    read,
    invent: (source, atMs) => {
      const native = nativeId(natives.length, atMs);
      natives.push(native);
      const author = random.chance(0.03) ? undefined : nativeAuthor(random.below(60));
      const iso = isoTime(atMs);
      const kind = random.pick(["post", "post", "repost", "quote", "reply"] as const);
      const event: CountedEvent = {
        id: `${source}:${native}`,
        iso,
        author: author && `${source}:${author}`,
        kind,
        best: undefined,
      };
      counted.push(event);
      const post: Told = { native, version: native, iso, author, kind, links: [] };
      return { told: post, counted: event, versions: [shareLinks(random)] };
    },
    remember: (tweet) => void told.push(tweet),
    earlier: () => told[random.below(told.length)],
    nativeOfAny: (nowMs) => {
      const ordinal = random.below(natives.length + 100);
      const isUnseen = random.chance(0.5);
      return isUnseen ? nativeId(ordinal + unseen, nowMs) : (natives[ordinal] ?? nativeId(ordinal));
    },
    tell: (tweet) => {
      const { links, edit, knows } = read(tweet);
      const version = versionId(tweet.told.native, edit);
      const post: Told = { ...tweet.told, version, links, isBareText: knows === "text" };
      if (random.chance(0.15)) return { line: writeTweetV2(post), place: ".data" };
      const zoneMinutes = random.chance(0.1) ? random.pick([60, 330, 765]) : 0;
      return { line: writeTweetV1(post, zoneMinutes), place: "" };
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

/** Ordinals from here on are never told. */
const unseen = 10_000_000;

/**
 * Most are above 2^53 and differ in their last digits only, and tell another time than the post; some
 * are as short as the first ones, and some tell when the post was created, where that is known.
 */
function nativeId(ordinal: number, atMs?: number): string {
  if (ordinal % 5 === 2) return String(ordinal + 1);
  if (ordinal % 5 === 4 && atMs !== undefined && atMs > snowflakeEpochMs) {
    return String((BigInt(atMs - snowflakeEpochMs) << 22n) + BigInt(ordinal % 4_194_304));
  }
  return `1146305069${900_000_000 + ordinal}`;
}

/** From here on X counts the milliseconds in an id. */
const snowflakeEpochMs = Date.parse("2010-11-04T01:42:54.657Z");

/** Later versions have ids of their own. A short one tells no time, so the post's own text does. */
const isEditable = (native: string): boolean => native.length < 10;
const versionId = (native: string, edit: number): string =>
  edit === 0 ? native : String(Number(native) + 1_000_000 * edit);

const nativeAuthor = (n: number): string =>
  n % 2 === 0 ? String(n + 1) : `9146305069900000${100 + n}`;
