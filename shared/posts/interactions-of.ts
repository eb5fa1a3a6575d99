import { formatTime } from "../events/event-time.ts";
import { isFirstReading } from "../events/revision.ts";
import { type Interaction, interactionWeights, isReshare } from "../streams/interactions.ts";
import type { Post, Reaction } from "./post-item.ts";

/**
 * The interactions of a reading of a post: one for each user that it reacts to, of the kind that weighs
 * most, and none with its own author. A reading of an edited post that reacts to nobody is one without
 * users: it withdraws what the readings before it have told.
 */
export function interactionsOf(post: Post, source: string): Interaction[] {
  const { id, author, alias, revision } = post;
  const reactions = author === undefined ? [] : strongestOf(post.interactions, author);
  if (reactions.length === 0 && isFirstReading(revision)) return [];
  const event_time = formatTime(post.createdAt);
  if (reactions.length === 0) {
    return [{ id, event_time, source, revision, alias, weight: 0 }];
  }
  return reactions.map(({ influencer, kind, target, followers }) => ({
    id,
    event_time,
    source,
    revision,
    alias,
    influencer,
    influenced: author,
    kind,
    is_reshare: isReshare(kind),
    target,
    influencer_followers: followers,
    weight: interactionWeights[kind],
  }));
}

/** Of each user but the author the reaction that weighs most: of equals the first. */
function strongestOf(reactions: readonly Reaction[], author: string): Reaction[] {
  const others = reactions.filter(({ influencer }) => influencer !== author);
  if (others.length < 2) return others;
  const strongest = new Map<string, Reaction>();
  for (const reaction of others) {
    const known = strongest.get(reaction.influencer);
    if (known === undefined || weightOf(reaction) > weightOf(known)) {
      strongest.set(reaction.influencer, reaction);
    }
  }
  return [...strongest.values()];
}

const weightOf = ({ kind }: Reaction): number => interactionWeights[kind];
