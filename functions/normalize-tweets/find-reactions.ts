import { isRecord } from "../../shared/codec/is-record.ts";
import { readCount } from "../../shared/codec/read-count.ts";
import { eventIdOf } from "../../shared/events/event-id.ts";
import type { Reaction } from "../../shared/posts/post-item.ts";
import type { InteractionKind } from "../../shared/streams/interactions.ts";
import { readAuthor } from "./read-id.ts";

/** A user as API v1.1 tells of them; only ids are looked at, because names change. */
export type User = { id?: unknown; id_str?: unknown; followers_count?: unknown } | null | undefined;

/** The reaction to a user, when their id is told; `tweetId` is the native id of their tweet. */
export function reactionTo(kind: InteractionKind, user: User, tweetId?: unknown): Reaction[] {
  const influencer = readAuthor(user?.id_str, user?.id);
  if (influencer === undefined) return [];
  const target = typeof tweetId === "string" ? eventIdOf("x", tweetId) : undefined;
  return [{ influencer, kind, target, followers: readCount(user?.followers_count) }];
}

/** The reactions to those that a tweet mentions: `user_mentions` of API v1.1, or `mentions` of v2. */
export const mentionsIn = (entities: unknown): Reaction[] => {
  if (!isRecord(entities)) return [];
  const mentions = entities.user_mentions ?? entities.mentions;
  if (!Array.isArray(mentions)) return [];
  return mentions.filter(isRecord).flatMap((user) => reactionTo("mention", user));
};
