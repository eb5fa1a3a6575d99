import { formatTime, isPossibleTime } from "../../shared/events/event-time.ts";
import type { FailureIssue, FailureReason } from "../../shared/events/failed-event.v1.ts";
import { type LinkShare, maxLinks } from "../../shared/events/link-share.v1.ts";
import type { PostReceipt } from "../../shared/events/post.v1.ts";
import type { Tombstone } from "../../shared/events/tombstone.v1.ts";
import { urlMentions } from "../../shared/streams/url-mentions.ts";
import type { Item, Post } from "./post.ts";
import { snowflakeTime } from "./read-time.ts";

/** Where and when an item was delivered; `receivedAt` is RFC 3339 UTC, `now` ms since 1970. */
export type Delivered = { messageId: string; position: string; receivedAt: string; now: number };

export type NormalizedItem =
  | { receipt: PostReceipt; share?: LinkShare; tombstone?: Tombstone }
  | { failure: { reason: FailureReason; issues: FailureIssue[] } };

const source = "x";
const epoch = Date.parse(urlMentions.epoch);

/**
 * The receipt of one item, and what follows from it: of a tweet the links that it shares, even when
 * there are none, of a delete notice a tombstone. `storesText` tells whether the receipt has the text.
 */
export function normalizeItem(
  item: Item,
  delivered: Delivered,
  storesText: boolean,
): NormalizedItem {
  const delivery = {
    message_id: delivered.messageId,
    position: delivered.position,
    received_at: delivered.receivedAt,
  };
  const isPossible = (time: number) => isPossibleTime(time, delivered.now, epoch);
  switch (item.outcome) {
    case "failed":
      return { failure: { reason: item.reason, issues: item.issues } };
    case "ignored": {
      const { outcome, reason } = item;
      return { receipt: { outcome, source, reason, links: [], ...delivery } };
    }
    case "delete": {
      const { outcome, id, author, deletedAt } = item;
      const createdAt = snowflakeTime(id.slice("x:".length));
      const receipt = {
        outcome,
        source,
        id,
        // When it was deleted is a note, not what is counted: an impossible time is left out.
        ...(deletedAt !== undefined &&
          isPossible(deletedAt) && { event_time: formatTime(deletedAt) }),
        ...(author !== undefined && { author }),
        links: [],
        ...delivery,
      };
      const tombstone = {
        id,
        source,
        ...(createdAt !== undefined &&
          isPossible(createdAt) && { event_time: formatTime(createdAt) }),
      };
      return { receipt, tombstone };
    }
    case "post": {
      const { post } = item;
      if (!isPossible(post.createdAt)) {
        const message = "before the first tweet, or more than an hour in the future";
        return failed("impossible-time", "created_at", message);
      }
      if (post.links.length > maxLinks) {
        return failed("too-many-records", "links", `more than ${maxLinks} links`);
      }
      return {
        receipt: receiptOf(post, delivery, storesText),
        share: shareOf(post),
      };
    }
  }
}

const failed = (reason: FailureReason, path: string, message: string): NormalizedItem => ({
  failure: { reason, issues: [{ path, message }] },
});

function receiptOf(
  { id, createdAt, author, kind, language, text, revision, links }: Post,
  delivery: Pick<PostReceipt, "message_id" | "position" | "received_at">,
  storesText: boolean,
): PostReceipt {
  return {
    outcome: "post",
    source,
    id,
    event_time: formatTime(createdAt),
    ...(author !== undefined && { author }),
    kind,
    ...(language !== undefined && { language }),
    ...(storesText && text !== undefined && { text }),
    revision,
    links,
    ...delivery,
  };
}

const shareOf = (post: Post): LinkShare => ({
  id: post.id,
  event_time: formatTime(post.createdAt),
  ...(post.author !== undefined && { author: post.author }),
  kind: post.kind,
  source,
  revision: post.revision,
  ...(post.quotes !== undefined && { quotes: post.quotes }),
  ...(post.alsoKnownAs.length > 0 && { also_known_as: post.alsoKnownAs }),
  links: post.links,
});
