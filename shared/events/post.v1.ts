import * as z from "zod";
import { eventId } from "./event-id.ts";
import { eventTime } from "./event-time.ts";
import { readingRevision } from "./revision.ts";
import { shareKind } from "./share-kind.ts";
import { sharedLink } from "./shared-link.ts";
import { sourceName } from "./source-name.ts";

/** Most characters of a post's text; X's longest posts have 25,000. A longer one is cut. */
export const maxTextLength = 100_000;

/**
 * The receipt of one delivered item: a post, a delete notice, or a notice that is ignored with a
 * reason. `message_id` and `position` name the delivery, so that nothing received is unaccounted.
 */
export const post = z.compile(
  z.object({
    outcome: z.enum(["post", "delete", "ignored"]).describe("What the item is"),
    source: sourceName.describe("Network of the item"),
    id: eventId.optional().describe("Identity of the post; absent only for ignored notices"),
    event_time: eventTime
      .optional()
      .describe("When the post was created or the deletion happened, where that is known"),
    author: z.string().max(512).optional().describe("Identity of the author"),
    alias: eventId
      .optional()
      .describe("Another id of the post, by which its source tells that it is deleted"),
    kind: shareKind.optional().describe("post, repost, quote or reply"),
    language: z.string().max(64).optional().describe("Language as the source tells it"),
    text: z.string().max(maxTextLength).optional().describe("Text; absent where it is not kept"),
    revision: readingRevision.optional().describe("How well informed this reading of the post is"),
    links: z.array(sharedLink).describe("The links it shares, as delivered, each once"),
    reason: z.string().max(128).optional().describe("Why a notice is ignored"),
    message_id: z.string().max(512).describe("Message that delivered it"),
    position: z.string().max(1024).describe("Where in the message it stands"),
    received_at: eventTime.describe("When the message was published, UTC"),
  }),
);

export type PostReceipt = z.infer<typeof post>;
