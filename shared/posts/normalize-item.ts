import { formatTime, isPossibleTime } from "../events/event-time.ts";
import type { FailureIssue, FailureReason } from "../events/failed-event.v1.ts";
import { type LinkShare, maxLinks } from "../events/link-share.v1.ts";
import type { PostReceipt } from "../events/post.v1.ts";
import type { SharedLink } from "../events/shared-link.ts";
import { allPostsOf, type Tombstone } from "../events/tombstone.v1.ts";
import type { Interaction } from "../streams/interactions.ts";
import { urlMentions } from "../streams/url-mentions.ts";
import { interactionsOf } from "./interactions-of.ts";
import type { Item } from "./post-item.ts";

/** From which network an item is, and by which message, where in it and when it was delivered. */
export type Delivered = Pick<PostReceipt, "source" | "message_id" | "position" | "received_at">;

/** `now` is ms since 1970, UTC; `storesText` tells whether receipts have the text of posts. */
type Context = { now: number; storesText: boolean };

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
export function normalizeItem(item: Item, delivered: Delivered, context: Context): NormalizedItem {
  const { source } = delivered;
  const isPossible = (time: number) => isPossibleTime(time, context.now, epoch);
  switch (item.outcome) {
    case "failed":
      return { failure: { reason: item.reason, issues: item.issues } };
    case "ignored": {
      const { outcome, reason, reacting } = item;
      const links: SharedLink[] = [];
      if (reacting === undefined) return { receipt: { outcome, reason, links, ...delivered } };
      if (!isPossible(reacting.createdAt)) return impossibleTime;
      const { id, createdAt, author, kind } = reacting;
      const told = { id, event_time: formatTime(createdAt), author, kind };
      return {
        receipt: { outcome, reason, links, ...delivered, ...told },
        interactions: interactionsOf(reacting, source),
      };
    }
    case "delete": {
      const { outcome, author, createdAt, deletedAt } = item;
      const id = item.isAccount ? allPostsOf(item.id) : item.id;
      // When it was deleted is a note, not what is counted: an impossible time is left out.
      const timeOf = (at: number | undefined) =>
        at !== undefined && isPossible(at) ? formatTime(at) : undefined;
      return {
        receipt: { outcome, id, event_time: timeOf(deletedAt), author, links: [], ...delivered },
        tombstone: { id, source, event_time: timeOf(createdAt) },
      };
    }
    case "post": {
      const { post } = item;
      if (!isPossible(post.createdAt)) return impossibleTime;
      const { id, createdAt, author, alias, kind, language, text, revision, links } = post;
      if (links.length > maxLinks) {
        return failed("too-many-records", "links", `more than ${maxLinks} links`);
      }
      const event_time = formatTime(createdAt);
      return {
        receipt: {
          outcome: "post",
          id,
          event_time,
          author,
          alias,
          kind,
          language,
          text: context.storesText ? text : undefined,
          revision,
          links,
          ...delivered,
        },
        share: {
          id,
          event_time,
          author,
          alias,
          kind,
          source,
          revision,
          quotes: post.quotes,
          also_known_as: post.alsoKnownAs.length > 0 ? post.alsoKnownAs : undefined,
          links,
        },
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
