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
  if (post.interactions.length === 0 && isFirstReading(revision)) return [];
  const strongest = new Map<string, Reaction>();
  for (const reaction of post.interactions) {
    const known = strongest.get(reaction.influencer);
    if (author === undefined || reaction.influencer === author) continue;
    if (known === undefined || weightOf(reaction) > weightOf(known)) {
      strongest.set(reaction.influencer, reaction);
    }
  }
  const reading = {
    id,
    event_time: formatTime(post.createdAt),
    source,
    revision,
    ...(alias !== undefined && { alias }),
  };
  if (strongest.size === 0) return isFirstReading(revision) ? [] : [{ ...reading, weight: 0 }];
  return Array.from(strongest.values(), ({ influencer, kind, target, followers }) => ({
    ...reading,
    influencer,
    influenced: author,
    kind,
    is_reshare: isReshare(kind),
    ...(target !== undefined && { target }),
    ...(followers !== undefined && { influencer_followers: followers }),
    weight: interactionWeights[kind],
  }));
}

const weightOf = ({ kind }: Reaction): number => interactionWeights[kind];
