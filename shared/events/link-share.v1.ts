import * as z from "zod";
import { eventId } from "./event-id.ts";
import { eventTime } from "./event-time.ts";
import { readingRevision } from "./revision.ts";
import { shareKind } from "./share-kind.ts";
import { sharedLink } from "./shared-link.ts";
import { sourceName } from "./source-name.ts";

/** Far beyond any post. */
export const maxLinks = 10_000;

/**
 * One reading of one post, with all of its links together, because a post mentions a page at most
 * once. A reading without links is sent, too: it withdraws what a worse informed one mentioned.
 */
export const linkShare = z.compile(
  z.object({
    id: eventId,
    /** When the post was created, in its first version. */
    event_time: eventTime,
    author: z.string().max(512).optional(),
    /** Another id of the post, by which its source tells that it is deleted. */
    alias: eventId.optional(),
    kind: shareKind,
    source: sourceName,
    revision: readingRevision,
    /** The post that this one quotes: a link to it is no share. */
    quotes: eventId.optional(),
    /** Other ids of this post, of its versions and of the post that it reposts: likewise. */
    also_known_as: z.array(eventId).max(100).optional(),
    /** Each `url` once, in order. */
    links: z.array(sharedLink).max(maxLinks),
  }),
);

export type LinkShare = z.infer<typeof linkShare>;
