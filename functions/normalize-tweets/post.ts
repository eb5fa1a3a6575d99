import type { EventId } from "../../shared/events/event-id.ts";
import type { FailureIssue, FailureReason } from "../../shared/events/failed-event.v1.ts";
import type { ShareKind } from "../../shared/events/share-kind.ts";
import type { SharedLink } from "../../shared/events/shared-link.ts";

/** A tweet of any API version, reduced to what is counted and kept. */
export type Post = {
  id: EventId;
  /** When its first version was created, ms since 1970, UTC. */
  createdAt: number;
  author?: string;
  kind: ShareKind;
  language?: string;
  text?: string;
  /** The links that it shares, each once, in order. */
  links: SharedLink[];
  /** Its other versions, and the tweet that it retweets: a link to one of them is none to another page. */
  alsoKnownAs: EventId[];
  /** The tweet that is quoted: a link to it is no share. */
  quotes?: EventId;
  /** How well informed this reading of the tweet is. */
  revision: string;
};

/** What one item of a delivery is; `deletedAt` is in ms since 1970, UTC. */
export type Item =
  | { outcome: "post"; post: Post }
  | { outcome: "delete"; id: EventId; deletedAt?: number; author?: string }
  | { outcome: "ignored"; reason: string }
  | { outcome: "failed"; reason: FailureReason; issues: FailureIssue[] };

/** A post whose `created_at` cannot be counted. */
export const impossibleTime = (message: string): Item => ({
  outcome: "failed",
  reason: "impossible-time",
  issues: [{ path: "created_at", message }],
});
