import * as z from "zod";

/** How a link was shared, on any network. Everything but a repost (X: retweet) is an original share. */
export const shareKind = z.enum(["post", "repost", "quote", "reply"]);

export type ShareKind = z.infer<typeof shareKind>;
