import * as z from "zod";

/** Where a source was left. */
export const cursor = z.object({
  /** The newest id of all that was published: everything up to it is done. */
  since: z.string().optional(),
  /** Items that are newer than `since` and were not asked for yet stand behind this token. */
  resume: z.object({ token: z.string(), newest: z.string() }).optional(),
  /** What the source has called its last answer, and the URL that it was for. */
  validator: z
    .object({ url: z.string(), etag: z.string().optional(), modified: z.string().optional() })
    .optional(),
  /** ms since 1970 before which the source wants to be left alone. */
  notBefore: z.number().optional(),
});

export type Cursor = z.infer<typeof cursor>;
