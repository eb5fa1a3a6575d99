import { type EventId, eventIdOf } from "../../shared/events/event-id.ts";
import { maxTextLength } from "../../shared/events/post.v1.ts";
import { revisionOf } from "../../shared/events/revision.ts";
import type { ShareKind } from "../../shared/events/share-kind.ts";
import type { Post, Reaction } from "../../shared/posts/post-item.ts";
import { snowflakeTime } from "./read-time.ts";
import type { SharedLinks } from "./shared-links.ts";

/** Version of how tweets are read. A change that finds other links in the same tweet raises it. */
const reader = 1;

/** What a tweet of any API version says, in its own words. */
type ReadTweet = {
  id: EventId;
  createdAt: number;
  /** Native id of the version that was read. */
  version: unknown;
  kind: ShareKind;
  author: string | undefined;
  language: string | null | undefined;
  text: string | null | undefined;
  shared: SharedLinks;
  /** Whether all of the tweet and its links are told. */
  isComplete: boolean;
  /** Native ids of the tweet, of its other versions and of the one that it retweets. */
  ownIds: readonly unknown[];
  /** Native id. */
  quotedId: unknown;
  reactions: Reaction[];
};

/** A tweet as it is counted and kept. */
export function composePost(read: ReadTweet): Post {
  const { id, createdAt, kind, author, language, text, shared, isComplete } = read;
  const { links, resolved } = shared;
  const quotes = idOf(read.quotedId);
  const editedAfterMs = ageOf(idOf(read.version) ?? id, id);
  return {
    id,
    createdAt,
    kind,
    links,
    interactions: read.reactions,
    // Without links nothing asks for them.
    alsoKnownAs: links.length === 0 ? [] : otherIds(id, read.ownIds),
    revision: revisionOf({ reader, editedAfterMs, isComplete, resolved, author, kind, links }),
    author,
    quotes,
    language: language || undefined,
    text: text?.slice(0, maxTextLength) || undefined,
  };
}

const idOf = (nativeId: unknown): EventId | undefined =>
  typeof nativeId === "string" ? eventIdOf("x", nativeId) : undefined;

function otherIds(id: EventId, nativeIds: readonly unknown[]): EventId[] {
  const ids = nativeIds.map(idOf).filter((one) => one !== undefined);
  return [...new Set(ids)].filter((one) => one !== id);
}

/** ms from the first version to a later one; ids that tell no time tell at least which is later. */
function ageOf(version: EventId, first: EventId): number {
  if (version === first) return 0;
  const from = first.slice("x:".length);
  const to = version.slice("x:".length);
  const createdAt = snowflakeTime(from);
  const age =
    createdAt === undefined
      ? Number(BigInt(to) - BigInt(from))
      : (snowflakeTime(to) ?? createdAt) - createdAt;
  return Math.max(1, age);
}
