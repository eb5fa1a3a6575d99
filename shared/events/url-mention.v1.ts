import * as z from "zod";
import { eventId } from "./event-id.ts";
import { eventTime } from "./event-time.ts";

/** How a link was shared. Everything but a retweet is an original share. */
export const shareKind = z.enum(["tweet", "retweet", "quote", "reply"]);

export type ShareKind = z.infer<typeof shareKind>;

/** Most characters of a link, as it came or clean; percent-encoding may have made it that long. */
export const maxLinkLength = 1_000_000;

/** One post shares one page. A post mentions one `url_key` at most once. */
export const urlMention = z.compile(
  z.object({
    id: eventId,
    at: eventTime,
    url_key: z.string().min(1).max(8192),
    url: z.string().min(1).max(maxLinkLength),
    host: z.string().min(1).max(253),
    author: z.string().max(512).optional(),
    kind: shareKind,
    key_version: z.int().min(1),
  }),
);

export type UrlMention = z.infer<typeof urlMention>;
