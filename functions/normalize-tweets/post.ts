import type { EventId } from "../../shared/events/event-id.ts";
import type { FailureIssue, FailureReason } from "../../shared/events/failed-event.v1.ts";
import type { ShareKind } from "../../shared/events/url-mention.v1.ts";

/** A tweet of any API version, reduced to what is counted. */
export type Post = {
  id: EventId;
  /** Event time, ms since 1970, UTC. */
  at: number;
  author?: string;
  kind: ShareKind;
  lang?: string;
  /** Raw links that are shares, each once, in order. */
  links: string[];
  /** Native ids of the tweet, of its other versions and of the one that it retweets: a link to one of them is no share. */
  ownIds: readonly string[];
  /** Native id of the tweet that is quoted: a link to it, as its author wrote it, counts for nothing. */
  quotedId?: string;
};

/** What one item of a delivery is. */
export type Item =
  | { outcome: "tweet"; post: Post }
  | { outcome: "delete"; id: EventId; at?: number; author?: string }
  | { outcome: "ignored"; reason: string }
  | { outcome: "failed"; reason: FailureReason; issues: FailureIssue[] };

/** A post whose `created_at` cannot be counted. */
export const impossibleTime = (message: string): Item => ({
  outcome: "failed",
  reason: "impossible-time",
  issues: [{ path: "created_at", message }],
});
