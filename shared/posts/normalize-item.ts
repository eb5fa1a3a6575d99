import { formatTime, isPossibleTime } from "../events/event-time.ts";
import type { FailureIssue, FailureReason } from "../events/failed-event.v1.ts";
import { type LinkShare, maxLinks } from "../events/link-share.v1.ts";
import type { PostReceipt } from "../events/post.v1.ts";
import { allPostsOf, type Tombstone } from "../events/tombstone.v1.ts";
import type { Interaction } from "../streams/interactions.ts";
import { urlMentions } from "../streams/url-mentions.ts";
import { interactionsOf } from "./interactions-of.ts";
import type { Item, Post } from "./post-item.ts";

/**
 * Where and when an item was delivered: `receivedAt` is RFC 3339 UTC, `now` ms since 1970; `source` is
 * the network, and `storesText` tells whether receipts have the text of posts.
 */
export type Delivered = {
  source: string;
  messageId: string;
  position: string;
  receivedAt: string;
  now: number;
  storesText: boolean;
};

export type NormalizedItem =
  | {
      receipt: PostReceipt;
      share?: LinkShare;
      interactions?: Interaction[];
      tombstone?: Tombstone;
    }
  | { failure: { reason: FailureReason; issues: FailureIssue[] } };

const epoch = Date.parse(urlMentions.epoch);

/**
 * The receipt of one item, and what follows from it: of a post the links that it shares, even when
 * there are none, of a delete notice a tombstone.
 */
export function normalizeItem(item: Item, delivered: Delivered): NormalizedItem {
  const { source } = delivered;
  const delivery = {
    source,
    message_id: delivered.messageId,
    position: delivered.position,
    received_at: delivered.receivedAt,
  };
  const isPossible = (time: number) => isPossibleTime(time, delivered.now, epoch);
  switch (item.outcome) {
    case "failed":
      return { failure: { reason: item.reason, issues: item.issues } };
    case "ignored": {
      const { outcome, reason, reacting } = item;
      const receipt = { outcome, reason, links: [], ...delivery };
      if (reacting === undefined) return { receipt };
      if (!isPossible(reacting.createdAt)) return impossibleTime;
      const { id, createdAt, author, kind } = reacting;
      const told = { id, event_time: formatTime(createdAt), ...(author && { author }), kind };
      return { receipt: { ...receipt, ...told }, interactions: interactionsOf(reacting, source) };
    }
    case "delete": {
      const { outcome, author, createdAt, deletedAt } = item;
      const id = item.isAccount ? allPostsOf(item.id) : item.id;
      const receipt = {
        outcome,
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
      if (!isPossible(post.createdAt)) return impossibleTime;
      if (post.links.length > maxLinks) {
        return failed("too-many-records", "links", `more than ${maxLinks} links`);
      }
      return {
        receipt: receiptOf(post, delivery, delivered.storesText),
        share: shareOf(post, source),
        interactions: interactionsOf(post, source),
      };
    }
  }
}

const failed = (reason: FailureReason, path: string, message: string): NormalizedItem => ({
  failure: { reason, issues: [{ path, message }] },
});

const impossibleTime = failed(
  "impossible-time",
  "created_at",
  "before 2006-03-21, or more than an hour in the future",
);

function receiptOf(
  { id, createdAt, author, alias, kind, language, text, revision, links }: Post,
  delivery: Pick<PostReceipt, "source" | "message_id" | "position" | "received_at">,
  storesText: boolean,
): PostReceipt {
  return {
    outcome: "post",
    id,
    event_time: formatTime(createdAt),
    ...(author !== undefined && { author }),
    ...(alias !== undefined && { alias }),
    kind,
    ...(language !== undefined && { language }),
    ...(storesText && text !== undefined && { text }),
    revision,
    links,
    ...delivery,
  };
}

const shareOf = (post: Post, source: string): LinkShare => ({
  id: post.id,
  event_time: formatTime(post.createdAt),
  ...(post.author !== undefined && { author: post.author }),
  ...(post.alias !== undefined && { alias: post.alias }),
  kind: post.kind,
  source,
  revision: post.revision,
  ...(post.quotes !== undefined && { quotes: post.quotes }),
  ...(post.alsoKnownAs.length > 0 && { also_known_as: post.alsoKnownAs }),
  links: post.links,
});
