import { isRecord } from "../../shared/codec/is-record.ts";
import { failedItem, type Item, type PlacedItem } from "../../shared/posts/post-item.ts";
import { readComplianceV2, readDeleteV1 } from "./read-delete.ts";
import { readArchivedTweet, readTweetV1 } from "./read-tweet-v1.ts";
import { readTweetV2 } from "./read-tweet-v2.ts";

/** Notices of the v1.1 streams that say nothing about a single tweet, beside those of compliance. */
const streamNotices = [
  "limit",
  "status_withheld",
  "disconnect",
  "warning",
  "friends",
  "friends_str",
  "event",
  "control",
  "direct_message",
  "user_update",
];

/** Account Activity: a user revokes the app, a replay has ended. */
const accountNotices = ["user_event", "replay_job_status"];

/** System messages of enterprise streams, and what the REST API answers instead of tweets. */
const systemNotices = ["info", "warn", "error", "errors"];

/** What the compliance streams of API v2 say under `data`. */
const complianceEvents = [
  "delete",
  "undelete",
  "drop",
  "undrop",
  "withheld",
  "scrub_geo",
  "tweet_edit",
  "user_delete",
  "user_undelete",
  "user_withheld",
  "user_protect",
  "user_unprotect",
  "user_suspend",
  "user_unsuspend",
  "user_profile_modification",
];

/** Compliance streams in the format of v1.1 have the same events without `data`. */
const notices = [...streamNotices, ...complianceEvents, ...accountNotices, ...systemNotices];

/** X Activity: families of events that hold no post, or one that somebody only likes. */
const familiesWithoutPosts =
  /^(?:block|chat|dm|follow|like|mute|news|oauth|profile|spaces|trends)\.|^(?:Profile|Trends)[A-Z]/;

/** Account Activity: events that hold no post, or one that somebody only likes. */
const activitiesWithoutPosts =
  /^(?:favorite|(?:un)?follow|(?:un)?block|(?:un)?mute|direct_message(?:_\w+)?)_events$/;

const noTweets: ReadonlyMap<string, unknown> = new Map();

/**
 * The items of one record: a tweet of any API version, of an account archive, alone or in a page, an
 * X Activity, Account Activity or filtered-stream envelope, a delete notice, or another notice. What
 * is known to hold no post is ignored; what is not known fails, and is seen. Never throws.
 */
export function recognizeItems(record: unknown): PlacedItem[] {
  if (!Array.isArray(record)) return recognize(record);
  if (record.length === 0) return [single(emptyPage)];
  return record.flatMap((element: unknown, index) => place(`[${index}]`, recognize(element)));
}

const emptyPage: Item = { outcome: "ignored", reason: "notice-empty-page" };

const single = (item: Item): PlacedItem => ({ place: "", item });

const place = (prefix: string, items: PlacedItem[]): PlacedItem[] =>
  items.map((one) => ({ place: prefix + one.place, item: one.item }));

const ignored = (reason: string): Item => ({ outcome: "ignored", reason: `notice-${reason}` });

const unknownShape = (message: string): Item => failedItem("unknown-shape", "", message);

function recognize(record: unknown): PlacedItem[] {
  if (!isRecord(record)) return [single(unknownShape("no object"))];
  // The most frequent first: this runs once for every line that is received.
  if ("delete" in record && !("id_str" in record)) return [single(readDeleteV1(record.delete))];
  if (isTweetV1(record)) return [single(readTweetV1(record))];
  if ("data" in record) return recognizeV2(record);
  if ("for_user_id" in record) return recognizeAccountActivity(record);
  if ("action" in record) return [single(readComplianceV2(record))];
  if ("id" in record) return [single(readTweetV2(record, noTweets))];
  if (isRecord(record.tweet)) return [{ place: ".tweet", item: readArchivedTweet(record.tweet) }];
  for (const name of ["statuses", "results"]) {
    if (Array.isArray(record[name])) return recognizePage(name, record[name], noTweets);
  }
  // Site Streams: what a stream of one user would say.
  if ("for_user" in record) return place(".message", recognize(record.message));
  return [single(recognizeNotice(record))];
}

/** Whether an object can only be a tweet of API v1.1: there ids are numbers, beside their text. */
const isTweetV1 = (record: Record<string, unknown>): boolean =>
  "id_str" in record || typeof record.id === "number";

function recognizeNotice(record: Record<string, unknown>): Item {
  const notice = notices.find((name) => name in record);
  if (notice !== undefined) return ignored(notice);
  if ("meta" in record || "search_metadata" in record) return emptyPage;
  if (isProblem(record)) return ignored("problem");
  if ("text" in record || "full_text" in record || "created_at" in record) {
    return readTweetV1(record);
  }
  return unknownShape("neither a tweet nor a known envelope or notice");
}

/** RFC 9457, as API v2 tells why it sends no posts. */
const isProblem = ({ title, type }: Record<string, unknown>): boolean =>
  typeof title === "string" && typeof type === "string";

/** A tweet of either version, wherever it stands. */
function readTweet(input: unknown, included: ReadonlyMap<string, unknown>): Item {
  const isV1 = isRecord(input) && (isTweetV1(input) || "full_text" in input);
  return isV1 ? readTweetV1(input) : readTweetV2(input, included);
}

function recognizePage(
  name: string,
  elements: readonly unknown[],
  included: ReadonlyMap<string, unknown>,
): PlacedItem[] {
  if (elements.length === 0) return [single(emptyPage)];
  return elements.flatMap((element, index) =>
    place(`.${name}[${index}]`, recognizeElement(element, included)),
  );
}

function recognizeV2({ data, includes }: Record<string, unknown>): PlacedItem[] {
  const included = includedTweets(includes);
  if (Array.isArray(data)) return recognizePage("data", data, included);
  if (!isRecord(data)) return [{ place: ".data", item: unknownShape("data is no object") }];
  return place(".data", recognizeElement(data, included));
}

/** What stands under `data`, alone or in a page. */
function recognizeElement(element: unknown, included: ReadonlyMap<string, unknown>): PlacedItem[] {
  if (!isRecord(element)) return [single(readTweetV2(element, included))];
  if ("event_type" in element) return [{ place: ".payload", item: recognizeActivity(element) }];
  // A post says under `withheld` where it is not shown.
  const isNotice = !("id" in element) && complianceEvents.some((name) => name in element);
  if (isNotice) return [single(readComplianceV2(element))];
  return [single(readTweet(element, included))];
}

function recognizeActivity({ event_type, payload, includes }: Record<string, unknown>): Item {
  const type = typeof event_type === "string" ? event_type : "";
  if (familiesWithoutPosts.test(type)) return ignored("activity");
  if (/^post\.(?:.*\.)?delete$/.test(type)) return readComplianceV2({ delete: payload });
  if (type.startsWith("post.") || isPost(payload)) {
    return readTweet(payload, includedTweets(includes));
  }
  return unknownShape("an event of an unknown type, without a post");
}

/** Whether an event that is not known holds a post. */
const isPost = (input: unknown): boolean =>
  isRecord(input) &&
  ("id" in input || "id_str" in input) &&
  (typeof input.text === "string" || typeof input.full_text === "string");

function recognizeAccountActivity(record: Record<string, unknown>): PlacedItem[] {
  const lists = Object.entries(record).flatMap(([name, events]) =>
    Array.isArray(events) ? [{ name, events }] : [],
  );
  // An event that is no list is about the account, and so is one without events.
  if (lists.length === 0) return [single(recognizeNotice(record))];
  const items = lists.flatMap(({ name, events }) =>
    events.map((event: unknown, index) => ({
      place: `.${name}[${index}]`,
      item: recognizeAccountEvent(name, event),
    })),
  );
  return items.length === 0 ? [single(ignored("activity"))] : items;
}

function recognizeAccountEvent(name: string, event: unknown): Item {
  if (name === "tweet_create_events") return readTweetV1(event);
  if (name === "tweet_delete_events") return readDeleteV1(event);
  if (activitiesWithoutPosts.test(name)) return ignored("activity");
  return isPost(event) ? readTweet(event, noTweets) : unknownShape("an event of an unknown type");
}

/** Some deliveries put each included tweet under a `data` of its own. */
function includedTweets(includes: unknown): ReadonlyMap<string, unknown> {
  if (!isRecord(includes) || !Array.isArray(includes.tweets)) return noTweets;
  const tweets: [string, unknown][] = includes.tweets.flatMap((entry: unknown) => {
    const tweet = isRecord(entry) && isRecord(entry.data) ? entry.data : entry;
    return isRecord(tweet) && typeof tweet.id === "string" ? [[tweet.id, tweet]] : [];
  });
  return new Map(tweets);
}
