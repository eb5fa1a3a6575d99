import * as z from "zod";
import { eventId } from "./event-id.ts";
import { eventTime } from "./event-time.ts";
import { maxLinkLength, shareKind } from "./url-mention.v1.ts";

/**
 * What became of one raw link of a post: `counted`, `merged-within-tweet` (another spelling of a
 * link of the same post), or the reason why it is no countable link.
 */
const linkOutcome = z.object({
  url: z.string().max(maxLinkLength),
  url_key: z.string().max(8192).optional(),
  outcome: z.string().max(128),
});

/**
 * The receipt of one delivered item: a tweet, a delete notice, or a notice that is ignored with a
 * reason. `message_id` and `position` name the delivery, so that nothing received is unaccounted.
 */
export const tweet = z.compile(
  z.object({
    outcome: z.enum(["tweet", "delete", "ignored"]),
    /** Absent only for ignored notices. */
    id: eventId.optional(),
    /** Event time; absent for notices that carry none. */
    at: eventTime.optional(),
    author: z.string().max(512).optional(),
    kind: shareKind.optional(),
    lang: z.string().max(64).optional(),
    links: z.array(linkOutcome),
    /** Why a notice is ignored. */
    reason: z.string().max(128).optional(),
    message_id: z.string().max(512),
    position: z.string().max(1024),
    received_at: eventTime,
  }),
);

export type Tweet = z.infer<typeof tweet>;
