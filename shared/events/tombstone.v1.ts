import * as z from "zod";
import { type EventId, eventId } from "./event-id.ts";
import { eventTime } from "./event-time.ts";
import { sourceName } from "./source-name.ts";

/**
 * A post was deleted, or an account with all of its posts: whenever this is told, before or after the
 * posts, they count no longer.
 */
/** Behind the identity of an author, names all of their posts. */
export const allPosts = "/*";

export const tombstone = z.object({
  id: eventId.describe(
    "Identity or alias of the deleted post, or of an author with /* for all of their posts",
  ),
  source: sourceName.describe("Network of the post"),
  event_time: eventTime
    .optional()
    .describe("When the post was created, where its id tells: the hour to count again"),
});

export type Tombstone = z.infer<typeof tombstone>;

/** What a tombstone names to withdraw all posts of an author. */
export const allPostsOf = (author: EventId): EventId => eventId.parse(author + allPosts);
