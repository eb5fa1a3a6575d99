import type { EventId } from "../events/event-id.ts";
import type { FailureIssue, FailureReason } from "../events/failed-event.v1.ts";
import type { ShareKind } from "../events/share-kind.ts";
import type { SharedLink } from "../events/shared-link.ts";
import type { InteractionKind } from "../streams/interactions.ts";

/** A post of any network, reduced to what is counted and kept. */
export type Post = {
  id: EventId;
  /** When its first version was created, ms since 1970, UTC. */
  createdAt: number;
  author?: string | undefined;
  /** Another id of it, by which its source tells that it is deleted. */
  alias?: EventId | undefined;
  kind: ShareKind;
  language?: string | undefined;
  text?: string | undefined;
  /** The links that it shares, each once, in order. */
  links: SharedLink[];
  /** Its other versions, and the post that it reposts: a link to one of them is none to another page. */
  alsoKnownAs: EventId[];
  /** The post that is quoted: a link to it is no share. */
  quotes?: EventId | undefined;
  /** Whom it reacts to, and how; a user may be there several times. */
  interactions: Reaction[];
  /** How well informed this reading of the post is. */
  revision: string;
};

/** Whom a post reacts to, by id; `target` is their post, `followers` how many they have, where known. */
export type Reaction = {
  influencer: string;
  kind: InteractionKind;
  target?: EventId | undefined;
  followers?: number | undefined;
};

/**
 * What one item of a delivery is. Of a delete, `id` is that of the post, or its alias, and of an
 * account that is gone with all of its posts that of the author (`isAccount`); `createdAt` is when the post was created, where its id tells, `deletedAt` when
 * it was deleted: ms since 1970, UTC.
 */
export type Item =
  | { outcome: "post"; post: Post }
  | {
      outcome: "delete";
      id: EventId;
      isAccount?: boolean;
      createdAt?: number | undefined;
      deletedAt?: number | undefined;
      author?: string | undefined;
    }
  /** `reacting` is a post of which only that is told to whom it reacts. */
  | { outcome: "ignored"; reason: string; reacting?: Post }
  | { outcome: "failed"; reason: FailureReason; issues: FailureIssue[] };

/** An item and where in its record it stands: empty, or for example `.data[7]`. */
export type PlacedItem = { place: string; item: Item };

/** An item that cannot be read; `path` is that of the field within the item. */
export const failedItem = (reason: FailureReason, path: string, message: string): Item => ({
  outcome: "failed",
  reason,
  issues: [{ path, message }],
});
