import * as z from "zod";
import { eventId } from "../events/event-id.ts";
import { readingRevision } from "../events/revision.ts";
import { sourceName } from "../events/source-name.ts";
import { key, measure, member, revision } from "./field-roles.ts";
import { declareStream } from "./stream.ts";

/**
 * How a post reacts to what someone else has said, and how much each weighs: passing it on weighs more
 * than answering, and naming someone weighs least. Whole numbers, so that sums are exact.
 */
export const interactionWeights = { repost: 4, quote: 3, reply: 2, mention: 1 } as const;

/** Passes on what the other has said, to followers of its own. */
export const isReshare = (kind: InteractionKind): boolean => kind === "repost" || kind === "quote";

const interactionKind = z.enum(["repost", "quote", "reply", "mention"]);

export type InteractionKind = z.infer<typeof interactionKind>;

const user = z.string().min(1).max(512).optional();

/** Who moves whom. A post reacts to a user at most once, in the way that weighs most, and to nobody's own. */
export const interactions = declareStream({
  name: "interactions",
  counts: "interaction",
  description: "Reposts, quotes, replies and mentions, counted by who moved whom",
  epoch: "2006-03-21T00:00:00Z",
  fields: {
    influencer: key(user, "Who is reposted, quoted, answered or mentioned, by id"),
    influenced: key(
      user,
      "Author of the post that does so; absent where a reading reacts to nobody",
    ),
    kind: member(interactionKind.optional(), "repost, quote, reply or mention"),
    is_reshare: member(z.boolean().optional(), "Whether it passes on what the influencer has said"),
    target: member(eventId.optional(), "The post of the influencer, where it is known"),
    influencer_followers: member(
      z.int().min(0).optional(),
      "Followers of the influencer at that time, where the source tells",
    ),
    source: member(sourceName, "Network of the post"),
    weight: measure(z.int().min(0), "What the interaction weighs"),
    revision: revision(readingRevision, "How well informed this reading of the post is"),
    alias: member(
      eventId.optional(),
      "Another id of the post, by which its source tells that it is deleted",
    ),
  },
  keepsTime: true,
  postsBy: "influenced",
  // Whom someone moves, and by whom someone is moved.
  indices: {
    influencer_hours: ["influencer", "influenced"],
    influenced_hours: ["influenced", "influencer"],
  },
  measures: {
    interactions: { counts: "events", description: "Posts of the one that react to the other" },
    score: { counts: "sum", of: "weight", description: "Sum of what they weigh" },
  },
});

export type Interaction = z.infer<typeof interactions.event>;
