import { isRecord } from "./is-record.ts";
import type { Item } from "./post.ts";
import { readComplianceV2, readDeleteV1 } from "./read-delete.ts";
import { readTweetV1 } from "./read-tweet-v1.ts";
import { readTweetV2 } from "./read-tweet-v2.ts";

/** An item and where in its record it stands: empty, or for example `.data[7]`. */
export type PlacedItem = { place: string; item: Item };

/** Notices of the v1.1 streams that say nothing about a single tweet. */
const streamNotices = [
  "limit",
  "scrub_geo",
  "status_withheld",
  "user_withheld",
  "disconnect",
  "warning",
  "friends",
  "friends_str",
  "event",
  "control",
  "direct_message",
];

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
const notices = [...streamNotices, ...complianceEvents];

const noTweets: ReadonlyMap<string, unknown> = new Map();

/**
 * The items of one record: a tweet of any API version alone or in a page, an X Activity, Account
 * Activity or filtered-stream envelope, a delete notice, or another notice. Never throws.
 */
export function recognizeItems(record: unknown): PlacedItem[] {
  if (Array.isArray(record)) {
    if (record.length === 0) return [single({ outcome: "ignored", reason: "notice-empty-page" })];
    return record.flatMap((element: unknown, index) =>
      isRecord(element)
        ? place(`[${index}]`, recognizeRecord(element))
        : [{ place: `[${index}]`, item: unknownShape("an element is no object") }],
    );
  }
  if (!isRecord(record)) return [{ place: "", item: unknownShape("no object") }];
  return recognizeRecord(record);
}

const place = (prefix: string, items: PlacedItem[]): PlacedItem[] =>
  items.map((one) => ({ place: prefix + one.place, item: one.item }));

const unknownShape = (message: string): Item => ({
  outcome: "failed",
  reason: "unknown-shape",
  issues: [{ path: "", message }],
});

function recognizeRecord(record: Record<string, unknown>): PlacedItem[] {
  // The most frequent first: this runs once for every line that is received.
  if ("delete" in record && !("id_str" in record)) return [single(readDeleteV1(record.delete))];
  if ("id_str" in record || typeof record.id === "number") return [single(readTweetV1(record))];
  if ("data" in record) return recognizeV2(record);
  if ("for_user_id" in record) return recognizeAccountActivity(record);
  if ("action" in record) return [single(readComplianceV2(record))];
  if ("id" in record) return [single(readTweetV2(record, noTweets))];
  const notice = notices.find((name) => name in record);
  if (notice !== undefined) return [single({ outcome: "ignored", reason: `notice-${notice}` })];
  if ("errors" in record) return [single({ outcome: "ignored", reason: "notice-errors" })];
  if ("meta" in record) return [single({ outcome: "ignored", reason: "notice-empty-page" })];
  if ("text" in record || "full_text" in record || "created_at" in record) {
    return [single(readTweetV1(record))];
  }
  return [single(unknownShape("neither a tweet nor a known envelope or notice"))];
}

const single = (item: Item): PlacedItem => ({ place: "", item });

function recognizeV2({ data, includes }: Record<string, unknown>): PlacedItem[] {
  if (Array.isArray(data)) {
    if (data.length === 0) return [single({ outcome: "ignored", reason: "notice-empty-page" })];
    const included = includedTweets(includes);
    return data.map((post: unknown, index) => ({
      place: `.data[${index}]`,
      item: readTweetV2(post, included),
    }));
  }
  if (!isRecord(data)) return [{ place: ".data", item: unknownShape("data is no object") }];
  if ("event_type" in data) return [{ place: ".data.payload", item: recognizeActivity(data) }];
  if (complianceEvents.some((name) => name in data)) {
    return [{ place: ".data", item: readComplianceV2(data) }];
  }
  return [{ place: ".data", item: readTweetV2(data, includedTweets(includes)) }];
}

function recognizeActivity({ event_type, payload, includes }: Record<string, unknown>): Item {
  if (event_type === "post.create") return readTweetV2(payload, includedTweets(includes));
  if (event_type === "post.delete") return readComplianceV2({ delete: payload });
  return { outcome: "ignored", reason: "notice-activity" };
}

function recognizeAccountActivity(record: Record<string, unknown>): PlacedItem[] {
  const items: PlacedItem[] = [];
  for (const [name, events] of Object.entries(record)) {
    if (!Array.isArray(events)) continue;
    for (const [index, event] of events.entries()) {
      items.push({ place: `.${name}[${index}]`, item: accountActivityItem(name, event) });
    }
  }
  if (items.length === 0) return [single({ outcome: "ignored", reason: "notice-activity" })];
  return items;
}

function accountActivityItem(name: string, event: unknown): Item {
  if (name === "tweet_create_events") return readTweetV1(event);
  if (name === "tweet_delete_events") return readDeleteV1(event);
  return { outcome: "ignored", reason: "notice-activity" };
}

function includedTweets(includes: unknown): ReadonlyMap<string, unknown> {
  if (!isRecord(includes) || !Array.isArray(includes.tweets)) return noTweets;
  const tweets: [string, unknown][] = includes.tweets.flatMap((tweet: unknown) =>
    isRecord(tweet) && typeof tweet.id === "string" ? [[tweet.id, tweet]] : [],
  );
  return new Map(tweets);
}
