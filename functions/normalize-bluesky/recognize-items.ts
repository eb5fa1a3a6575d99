import { isRecord } from "../../shared/codec/is-record.ts";
import { readDateTime } from "../../shared/events/read-date-time.ts";
import { failedItem, type Item, type PlacedItem } from "../../shared/posts/post-item.ts";
import { readAccount } from "./read-account.ts";
import { readCommit } from "./read-commit.ts";
import { readFlatPost } from "./read-post.ts";
import { readFeedItem, readPostView } from "./read-view.ts";

/**
 * The items of one record: an event of Jetstream (of `/subscribe`, or of
 * `network.bsky.jetstream.subscribeEvents`, in its frame or without it), a post as the API of Bluesky
 * gives it, alone, in a feed or in a page, or a post that a tool has written flat. What is known to
 * hold no post is ignored; what is not known fails, and is seen. `now` is ms since 1970, UTC. Never
 * throws.
 */
export function recognizeItems(record: unknown, now: number): PlacedItem[] {
  const list = Array.isArray(record) ? record : undefined;
  if (list !== undefined) return recognizeList("", list, now);
  if (isRecord(record)) {
    for (const name of ["posts", "feed"]) {
      const page = record[name];
      if (Array.isArray(page)) return recognizeList(`.${name}`, page, now);
    }
  }
  return [recognize(record, now)];
}

function recognizeList(name: string, list: readonly unknown[], now: number): PlacedItem[] {
  if (list.length === 0) return [single(ignored("empty-page"))];
  return list.map((element, index) => within(`${name}[${index}]`, recognize(element, now)));
}

const single = (item: Item): PlacedItem => ({ place: "", item });

const within = (prefix: string, { place, item }: PlacedItem): PlacedItem => ({
  place: prefix + place,
  item,
});

const ignored = (reason: string): Item => ({ outcome: "ignored", reason: `notice-${reason}` });

const unknownShape = (message: string): PlacedItem =>
  single(failedItem("unknown-shape", "", message));

function recognize(record: unknown, now: number): PlacedItem {
  if (!isRecord(record)) return unknownShape("no object");
  // The most frequent first: this runs once for every event.
  if ("kind" in record) return recognizeEvent(record, now);
  const { $type, payload } = record;
  if (typeof $type === "string") {
    if ($type === "message" && isRecord(payload)) {
      return within(".payload", recognizeMessage(payload, now));
    }
    if ($type === "error") return single(ignored("error"));
    if ($type.startsWith(eventType)) return recognizeMessage(record, now);
  }
  if (isRecord(record.post)) return readFeedItem(record, record.post, now);
  if (isRecord(record.record)) return readPostView(record, now);
  if ("uri" in record && "text" in record) return single(readFlatPost(record, now));
  return unknownShape("neither an event of Jetstream nor a post");
}

/** An event of `/subscribe`. */
function recognizeEvent(event: Record<string, unknown>, now: number): PlacedItem {
  const { kind, did, time_us, commit, account } = event;
  switch (kind) {
    case "commit": {
      if (!isRecord(commit)) {
        return single(failedItem("invalid-field", "commit", "Invalid input: expected object"));
      }
      const seenAt = typeof time_us === "number" ? Math.floor(time_us / 1_000) : undefined;
      return within(".commit", readCommit(commit, { did, seenAt, now }));
    }
    case "account":
      return single(readAccount(did, account));
    case "identity":
      return single(ignored("identity"));
    default:
      return unknownShape("an event of an unknown kind");
  }
}

const eventType = "network.bsky.jetstream.subscribeEvents#";

/** An event of `subscribeEvents`, which tells its kind by its type. */
function recognizeMessage(event: Record<string, unknown>, now: number): PlacedItem {
  const { $type, did, time, witnessedAt, account } = event;
  switch ($type) {
    case `${eventType}commit`: {
      const seenAt = readDateTime(witnessedAt) ?? readDateTime(time);
      return readCommit(event, { did, seenAt, now });
    }
    case `${eventType}account`:
      return single(readAccount(did, account));
    case `${eventType}identity`:
    case `${eventType}sync`:
    case `${eventType}info`:
      return single(ignored(`${$type.slice(eventType.length)}`));
    default:
      return unknownShape("an event of an unknown type");
  }
}
