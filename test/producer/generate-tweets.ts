import { createRandom, type Random } from "../support/create-random.ts";
import { composeText, type TextPart } from "./compose-text.ts";
import { createSnowflake } from "./create-snowflake.ts";
import { createZipf } from "./create-zipf.ts";
import { madeUpHashtags, madeUpPhrases } from "./made-up-phrases.ts";
import { type MadeUpPage, makeUpPages } from "./make-up-pages.ts";
import { type MadeUpUser, makeUpUsers } from "./make-up-users.ts";
import { type PlanCourse, planEvenPace } from "./plan-course.ts";
import { spellLink } from "./spell-link.ts";
import {
  type OwnTweet,
  type WrittenTweet,
  writeDelivery,
  writeRetweet,
  writeTweet,
} from "./write-tweet.ts";

/** One line of the stream, without its line end. */
export type GeneratedEvent = { json: string };

const secondMs = 1_000;
const hourMs = 3_600 * secondMs;
const dayMs = 24 * hourMs;

/** Shares of all lines; the rest are tweets. */
const shareOfLines = { deletes: 0.05, limits: 0.001, redeliveries: 0.01 };
/** Shares of tweets; what is neither is a tweet of its own. */
const shareOfTweets = { retweets: 0.35, quotes: 0.06, replies: 0.15, linked: 0.4 };
/** Shares of tweets that arrive at another time than they were written. */
const shareOfTimes = { late: 0.02, outOfOrder: 0.08 };
/** Of the deletes, how many are for a tweet of this stream. */
const deletesOfThisStream = 0.1;

/** What everybody writes about where a course has a story. */
const storyPage: MadeUpPage = {
  kind: "page",
  host: "harbour-news-example.com",
  path: "/2026/storm-closes-the-harbour",
  parameters: [],
};

const recentTweets = 2_000;
const popularTweets = 300;

/**
 * Makes up a stream of tweets in API v1.1, as a sampled stream delivers it: retweets, quotes,
 * replies, truncated tweets, links in many spellings, copies delivered twice, late and disordered
 * ones, delete and limit notices.
 *
 * Exactly `count` lines; the last one is the newest tweet, at `endingAt`, and the others reach
 * back `hours` (default 6), late ones up to three days more. How they are spread over this time, and
 * whether something happens in it, is for `plan` to say. The same options give the same bytes.
 *
 * @throws {RangeError} for a count that is no whole number, for hours that are not positive, and
 * for times before tweet ids existed (November 2010).
 */
export function* generateTweets(options: {
  count: number;
  seed: number;
  endingAt: Date;
  hours?: number;
  plan?: PlanCourse;
}): Generator<GeneratedEvent> {
  const { count, seed, endingAt, hours = 6, plan = planEvenPace } = options;
  if (!Number.isSafeInteger(count) || count < 0)
    throw new RangeError(`count ${count}: not a count`);
  if (!(hours > 0)) throw new RangeError(`hours ${hours}: must be more than 0`);

  const random = createRandom(seed);
  const tweets = createTweetMaker(random);
  const recent: WrittenTweet[] = [];
  const end = endingAt.getTime();
  let delivered = 0;
  const { timeOf, since, story } = plan({ count, end, hours });

  for (let line = 0; line < count; line += 1) {
    const now = timeOf(line);
    const isLast = line === count - 1;
    if (story !== undefined && now >= story.from && now < story.to && random.chance(story.share)) {
      yield { json: writeDelivery(tweets.makeStory(now)) };
      continue;
    }
    const kind = isLast ? 1 : random.fraction();

    if (kind < shareOfLines.deletes) {
      yield { json: writeDelete(now, recent, tweets, random) };
      continue;
    }
    if (kind < shareOfLines.deletes + shareOfLines.limits) {
      yield { json: `{"limit":{"track":${1 + random.below(5_000)},"timestamp_ms":"${now}"}}` };
      continue;
    }
    const redelivered = kind < 1 && kind > 1 - shareOfLines.redeliveries;
    if (redelivered && recent.length > 0) {
      yield { json: writeDelivery(random.pick(recent)) };
      continue;
    }
    const tweet = tweets.makeTweet(isLast ? now : writtenAt(now, since, random));
    recent[delivered % recentTweets] = tweet;
    delivered += 1;
    yield { json: writeDelivery(tweet) };
  }
}

/** When a tweet that arrives now was written: mostly now, sometimes minutes, hours or days ago. */
function writtenAt(now: number, since: number, random: Random): number {
  const at = now - lateness(random);
  return at < since ? now : at;
}

function lateness(random: Random): number {
  const kind = random.fraction();
  // Hours are more common than days: an even spread of the logarithm between 1 and 72 hours.
  if (kind < shareOfTimes.late) return Math.round(72 ** random.fraction() * hourMs);
  return kind < shareOfTimes.late + shareOfTimes.outOfOrder ? random.below(5 * 60 * secondMs) : 0;
}

function writeDelete(
  now: number,
  recent: readonly WrittenTweet[],
  tweets: TweetMaker,
  random: Random,
): string {
  const known =
    recent.length > 0 && random.chance(deletesOfThisStream) ? random.pick(recent) : undefined;
  // Older than any late tweet, so that it is certainly of no tweet of this stream.
  const id = known?.id ?? tweets.makeId(now - 10 * dayMs - random.below(300) * dayMs);
  const userId = (known?.user ?? tweets.makeUser()).id;
  return `{"delete":{"status":{"id":${id},"id_str":"${id}","user_id":${userId},"user_id_str":"${userId}"},"timestamp_ms":"${now}"}}`;
}

type TweetMaker = {
  /** Makes a tweet of a random kind, written at `time` (ms since 1970). */
  makeTweet: (time: number) => WrittenTweet;
  /** Makes a tweet about the page that everybody writes about. */
  makeStory: (time: number) => WrittenTweet;
  makeId: (time: number) => string;
  makeUser: () => MadeUpUser;
};

function createTweetMaker(random: Random): TweetMaker {
  const makeUser = makeUpUsers(random);
  const makePage = makeUpPages(random);
  const samplePopular = createZipf(popularTweets, 0.9, random);
  const popular = { linked: new Map<number, OwnTweet>(), plain: new Map<number, OwnTweet>() };
  let ids = 0;

  const makeId = (time: number) => {
    ids += 1;
    return createSnowflake(time, ids);
  };

  const makeTweet = (time: number): WrittenTweet => {
    const linked = random.chance(shareOfTweets.linked);
    if (random.chance(shareOfTweets.retweets)) {
      const original = findPopular(linked, time);
      return writeRetweet({ id: makeId(time), time, user: makeUser(), original }, random);
    }
    const tweet = makeOwnTweet(time, linked);
    if (random.chance(0.05)) popular[linked ? "linked" : "plain"].set(samplePopular(), tweet);
    return tweet;
  };

  /** A tweet written before `time`, mostly one of the few everybody passes on. */
  const findPopular = (linked: boolean, time: number): OwnTweet => {
    const known = popular[linked ? "linked" : "plain"];
    const rank = samplePopular();
    const found = known.get(rank);
    if (found !== undefined && found.time < time) return found;
    const older = makeOriginal(time - secondMs - random.below(dayMs), linked);
    if (found === undefined) known.set(rank, older);
    return older;
  };

  const makeOwnTweet = (time: number, linked: boolean): OwnTweet => {
    const kind = random.fraction();
    const { quotes, replies } = shareOfTweets;
    const own = 1 - shareOfTweets.retweets;
    if (kind < quotes / own) return makeQuote(time, linked);
    if (kind < (quotes + replies) / own) return makeReply(time, linked);
    return makeOriginal(time, linked);
  };

  const makeOriginal = (time: number, linked: boolean): OwnTweet => {
    const id = makeId(time);
    const user = makeUser();
    const parts = [...makeWords(user), ...(linked ? makeLinks() : [])];
    if (!linked && random.chance(0.08)) {
      const page = `https://twitter.com/${user.screenName}/status/${id}`;
      parts.push({ kind: "photo", id: makeId(time - secondMs), page });
    }
    return writeTweet({ id, time, user, text: composeText(parts, random) }, random);
  };

  const makeStory = (time: number): OwnTweet => {
    const user = makeUser();
    const words: TextPart = { kind: "words", text: random.pick(madeUpPhrases[user.lang] ?? [""]) };
    const link: TextPart = { kind: "link", expanded: spellLink(storyPage, random) };
    const text = composeText([words, link], random);
    return writeTweet({ id: makeId(time), time, user, text }, random);
  };

  const makeReply = (time: number, linked: boolean): OwnTweet => {
    const user = makeUser();
    const reply = { statusId: makeId(time - secondMs - random.below(hourMs)), user: makeUser() };
    const parts: TextPart[] = [{ kind: "mention", user: reply.user }, ...makeWords(user)];
    if (linked) parts.push(...makeLinks());
    const text = composeText(parts, random);
    return writeTweet({ id: makeId(time), time, user, text, reply }, random);
  };

  const makeQuote = (time: number, linked: boolean): OwnTweet => {
    const user = makeUser();
    const quoted = findPopular(random.chance(shareOfTweets.linked), time);
    const parts = [...makeWords(user), ...(linked ? makeLinks() : [])];
    // Some clients put the address of the quoted tweet into the text; it is no link of the tweet.
    if (random.chance(0.4)) {
      const expanded = `https://twitter.com/${quoted.user.screenName}/status/${quoted.id}`;
      parts.push({ kind: "link", expanded });
    }
    const text = composeText(parts, random);
    return writeTweet({ id: makeId(time), time, user, text, quoted }, random);
  };

  const makeWords = (user: MadeUpUser): TextPart[] => {
    const phrases = madeUpPhrases[user.lang] ?? [];
    const sentences = random.chance(0.1) ? 6 : 1 + random.below(2);
    const parts: TextPart[] = [];
    if (random.chance(0.12)) parts.push({ kind: "mention", user: makeUser() });
    for (let index = 0; index < sentences; index += 1) {
      parts.push({ kind: "words", text: random.pick(phrases) });
    }
    if (random.chance(0.15)) parts.push({ kind: "hashtag", tag: random.pick(madeUpHashtags) });
    return parts;
  };

  const makeLinks = (): TextPart[] => {
    const page = makePage();
    const expanded = spellLink(page, random);
    const style = random.fraction();
    if (style < 0.03) {
      const short = `https://go-example.link/${random.below(1e9).toString(36)}`;
      return [{ kind: "link", expanded: short, unwound: expanded }];
    }
    const first: TextPart = { kind: "link", expanded };
    if (style < 0.06) return [first, { kind: "link", expanded: spellLink(page, random) }];
    if (style < 0.09) return [first, { kind: "link", expanded: spellLink(makePage(), random) }];
    return [first];
  };

  return { makeTweet, makeStory, makeId, makeUser };
}
