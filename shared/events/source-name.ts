import * as z from "zod";

/**
 * The network that something came from, which its ids begin with: `x`, `bluesky`, `mastodon`. A
 * new normalizer brings a new name; nothing here knows them all.
 */
export const sourceName = z
  .string()
  .max(64)
  .regex(/^[a-z][a-z0-9-]*$/);
