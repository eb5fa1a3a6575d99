import { isRecord } from "../../shared/codec/is-record.ts";
import { readDateTime } from "../../shared/events/read-date-time.ts";
import { failedItem, type Item, type PlacedItem } from "../../shared/posts/post-item.ts";
import { readAddress } from "./read-address.ts";
import { noAddress, readPost, repostOf } from "./read-post.ts";

/** A post as the API gives it: https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/defs.json */
export function readPostView(view: Record<string, unknown>, now: number): PlacedItem {
  const address = readAddress(view.uri);
  if (address === undefined) return single(failedItem("missing-id", "uri", noAddress));
  const seenAt = readDateTime(view.indexedAt);
  const context = { seenAt, updatedAt: undefined, now };
  return { place: ".record", item: readPost(view.record, address, context) };
}

/** A post in a feed, where it stands because it was posted, or because somebody reposts it. */
export function readFeedItem(
  item: Record<string, unknown>,
  view: Record<string, unknown>,
  now: number,
): PlacedItem {
  const { reason } = item;
  const { place, item: read } = readPostView(view, now);
  if (!isRecord(reason) || reason.$type !== repostReason || read.outcome !== "post") {
    return { place: `.post${place}`, item: read };
  }
  const address = readAddress(reason.uri);
  // Older servers do not tell which repost it is.
  if (address === undefined)
    return single({ outcome: "ignored", reason: "notice-repost-without-address" });
  const context = { seenAt: readDateTime(reason.indexedAt), updatedAt: undefined, now };
  return { place: ".reason", item: repostOf(read.post, address, context) };
}

const single = (item: Item): PlacedItem => ({ place: "", item });

const repostReason = "app.bsky.feed.defs#reasonRepost";
