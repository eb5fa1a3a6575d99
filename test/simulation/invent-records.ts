import type { FailureReason } from "../../shared/events/failed-event.v1.ts";
import type { Random } from "../support/create-random.ts";
import {
  brokenItems,
  brokenLines,
  brokenMentions,
  brokenPosts,
  brokenShares,
} from "./broken-lines.ts";
import type { Storm } from "./draw-storm.ts";
import { createBluesky } from "./invent-bluesky.ts";
import type { Events } from "./invent-events.ts";
import { createMastodon, type Server } from "./invent-mastodon.ts";
import { somePage } from "./invent-readings.ts";
import { writeDelete, writeMention, writeShare } from "./write-lines.ts";

/** A line of a message, and what must become of it. */
export type InventedRecord = {
  line: string | Buffer;
  /** `place` is empty, or for example `[2]` inside a page. */
  receipts: { place: string; outcome: string }[];
  failure?: {
    reason: FailureReason;
    items: number;
    /** Comes true later: sent again it is counted, and then has a receipt. */
    heals: boolean;
  };
};

/** Topics that records are told on. */
export type InputTopic =
  | "tweets"
  | "bluesky-events"
  | "mastodon-statuses"
  | "link-shares"
  | "url-mentions";

export type Records = {
  /** A record for a topic, told at a time in ms since 1970; of statuses, by a server. */
  of: Record<InputTopic, (nowMs: number, server: Server) => InventedRecord>;
  /** What a server tells last. */
  restOf: (server: Server) => InventedRecord[];
  /** A record for a file that is loaded. */
  ofObjects: (nowMs: number) => InventedRecord;
  /** A record that is posted: X posts one item, others pages. */
  ofWebhooks: (scheme: "x" | "standard", nowMs: number) => InventedRecord & { line: string };
};

const hourMs = 3_600_000;
const monthMs = 31 * 24 * hourMs;
/** Furthest in the future that an event's time is: when it is sent again, it is in the past. */
export const earlyMs = 60 * hourMs;

const notices = [
  ['{"limit":{"track":7}}', "ignored notice-limit"],
  ['{"scrub_geo":{"user_id_str":"1","up_to_status_id_str":"2"}}', "ignored notice-scrub_geo"],
  ['{"disconnect":{"code":4}}', "ignored notice-disconnect"],
] as const;
const blanks = ["", " ", "\r"];

export function createRecords(
  random: Random,
  storm: Storm,
  events: Events,
  deleted: Set<string>,
): Records {
  let broken = 0;
  const early = new Set<string>();
  /** Posts of another network that may be told again. */
  const shared: ReturnType<Events["invent"]>[] = [];

  const eventTime = (nowMs: number): number => {
    // Often by hours, now and then by weeks.
    const lateMs = random.chance(storm.lateEvents) ? monthMs * random.fraction() ** 4 : 90_000;
    const at = nowMs - random.below(lateMs);
    if (!random.chance(0.15)) return at;
    // First and last moments of an hour, where a wrong rule goes to the other one.
    return at - (at % hourMs) + random.pick([0, 1, 999, hourMs - 1_000, hourMs - 1]);
  };

  const goodItem = (nowMs: number): { line: string; place: string; outcome: string } => {
    const share = random.fraction();
    // Of a stream of tweets, most lines are deletes of tweets that nobody has seen.
    if (share < 0.35) {
      const native = events.nativeOfAny(nowMs);
      if (early.has(`x:${native}`)) return goodItem(nowMs);
      deleted.add(`x:${native}`);
      return { line: writeDelete(native, nowMs), place: "", outcome: `delete x:${native}` };
    }
    if (share < 0.4) {
      const [line, outcome] = random.pick(notices);
      return { line, place: "", outcome };
    }
    const again = random.chance(storm.repeats) ? events.earlier() : undefined;
    const tweet = again ?? events.invent("x", eventTime(nowMs));
    if (again === undefined) events.remember(tweet);
    return { ...events.tell(tweet), outcome: `post ${tweet.counted.id}` };
  };

  const earlyTweet = (nowMs: number): InventedRecord => {
    const ahead = 2 * hourMs + random.below(earlyMs - 2 * hourMs);
    let tweet = events.invent("x", nowMs + ahead);
    // Nobody deletes a post before it is there.
    while (deleted.has(tweet.counted.id)) tweet = events.invent("x", nowMs + ahead);
    early.add(tweet.counted.id);
    const { line, place } = events.tell(tweet);
    return {
      line,
      receipts: [{ place, outcome: `post ${tweet.counted.id}` }],
      failure: { reason: "impossible-time", items: 1, heals: true },
    };
  };

  const page = (nowMs: number): InventedRecord & { line: string } => {
    const lines: string[] = [];
    const receipts: InventedRecord["receipts"] = [];
    const reasons: FailureReason[] = [];
    for (let index = random.below(4); index >= 0; index--) {
      if (random.chance(storm.poison)) {
        const { line, reason } = random.pick(brokenItems)(broken++);
        lines.push(line);
        reasons.push(reason);
      } else {
        const { line, place, outcome } = goodItem(nowMs);
        receipts.push({ place: `[${lines.length}]${place}`, outcome });
        lines.push(line);
      }
    }
    const [reason] = reasons;
    return {
      line: `[${lines.join(",")}]`,
      receipts,
      ...(reason !== undefined && { failure: { reason, items: reasons.length, heals: false } }),
    };
  };

  const ofTweets = (nowMs: number): InventedRecord => {
    if (random.chance(0.01)) return { line: random.pick(blanks), receipts: [] };
    if (random.chance(storm.poison)) {
      if (random.chance(0.2)) return earlyTweet(nowMs);
      const { line, reason } = random.pick(brokenLines)(broken++);
      return { line, receipts: [], failure: { reason, items: 1, heals: false } };
    }
    if (random.chance(0.01)) return page(nowMs);
    const { line, place, outcome } = goodItem(nowMs);
    return { line, receipts: [{ place, outcome }] };
  };

  const ofObjects = (nowMs: number): InventedRecord & { line: string } => {
    const { line, place, outcome } = goodItem(nowMs);
    return { line, receipts: [{ place, outcome }] };
  };

  const ofMentions = (nowMs: number): InventedRecord => {
    if (random.chance(storm.poison)) {
      const { line, reason } = random.pick(brokenMentions)(broken++);
      return { line, receipts: [], failure: { reason, items: 1, heals: false } };
    }
    const { told, counted } = events.invent("weblog", eventTime(nowMs));
    const { key, host, links } = somePage(random);
    const { raw, url } = random.pick(links);
    const pages = new Map([[key, { url, host }]]);
    counted.best = { edit: 0, knows: "links", links: [{ raw }], pages };
    return { line: writeMention("weblog", told, { key, url, host }), receipts: [] };
  };

  /** As the normalizer of another network makes them. */
  const ofShares = (nowMs: number): InventedRecord => {
    if (random.chance(storm.poison)) {
      const { line, reason } = random.pick(brokenShares)(broken++);
      return { line, receipts: [], failure: { reason, items: 1, heals: false } };
    }
    const again = random.chance(storm.repeats) ? shared[random.below(shared.length)] : undefined;
    const post = again ?? events.invent("forum", eventTime(nowMs));
    if (again === undefined) shared.push(post);
    return { line: writeShare("forum", post.told, events.read(post)), receipts: [] };
  };

  const { rereads, counted } = events;
  const around = { rereads, counted, deleted, repeats: storm.repeats };
  const tellBluesky = createBluesky(random, around);
  const mastodon = createMastodon(random, around);

  const orBroken = (tell: () => InventedRecord): InventedRecord => {
    if (!random.chance(storm.poison)) return tell();
    const { line, reason } = random.pick(brokenPosts)(broken++);
    return { line, receipts: [], failure: { reason, items: 1, heals: false } };
  };

  return {
    of: {
      tweets: ofTweets,
      "bluesky-events": (nowMs) => orBroken(() => tellBluesky(nowMs, eventTime(nowMs))),
      "mastodon-statuses": (nowMs, server) =>
        orBroken(() => mastodon.tell(server, eventTime(nowMs))),
      "link-shares": ofShares,
      "url-mentions": ofMentions,
    },
    restOf: mastodon.rest,
    ofObjects,
    ofWebhooks: (scheme, nowMs) => (scheme === "x" ? ofObjects(nowMs) : page(nowMs)),
  };
}
