import * as z from "zod";

/** Most characters of a link, clean or as it came: one as long as this was cut, and is not counted. */
export const maxLinkLength = 1_000_000;

/** Most characters of a title; a longer one is cut. */
export const maxTitleLength = 1_024;

/** Most characters of a slot; those of X have 23. */
export const maxSlotLength = 2_048;

/** A link of a post as its source delivers it. */
export const sharedLink = z.object({
  url: z.string().min(1).max(maxLinkLength).describe("Where it leads, as far as the source knows"),
  slot: z
    .string()
    .max(maxSlotLength)
    .optional()
    .describe("The source's own name of it, as X's t.co address"),
  title: z
    .string()
    .min(1)
    .max(maxTitleLength)
    .optional()
    .describe("Title of the page on the source's own card; never fetched"),
});

export type SharedLink = z.infer<typeof sharedLink>;
