import * as z from "zod";

/** What a source has called an answer, so that it is not sent again. */
const validator = z.object({ etag: z.string().optional(), modified: z.string().optional() });

export type Validator = z.infer<typeof validator>;

/** Where a source was left. */
export const cursor = z.object({
  /** The newest id of all that was published: everything up to it is done. */
  since: z.string().optional(),
  /** Items that are newer than `since` and were not asked for yet stand behind this token. */
  resume: z.object({ token: z.string(), newest: z.string() }).optional(),
  /** What the source has called its last answer, and the URL that it was for. */
  validator: validator.extend({ url: z.string() }).optional(),
  /** Files that are in the lake, by their day (`2024-01-13`). */
  files: z.record(z.string(), validator).optional(),
  /** ms since 1970 before which the source wants to be left alone. */
  notBefore: z.number().optional(),
});

export type Cursor = z.infer<typeof cursor>;
