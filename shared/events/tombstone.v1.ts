import * as z from "zod";
import { eventId } from "./event-id.ts";
import { eventTime } from "./event-time.ts";
import { sourceName } from "./source-name.ts";

/**
 * A post was deleted, or an account with all of its posts: whenever this is told, before or after the
 * posts, they count no longer.
 */
export const tombstone = z.object({
  id: eventId.describe("Identity or alias of the deleted post, or identity of its author"),
  source: sourceName.describe("Network of the post"),
  event_time: eventTime
    .optional()
    .describe("When the post was created, where its id tells: the hour to count again"),
});

export type Tombstone = z.infer<typeof tombstone>;
