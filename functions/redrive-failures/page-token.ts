import * as z from "zod";

const pageToken = z.strictObject({
  job: z.string().regex(/^[\w-]{1,1024}$/),
  location: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .optional(),
  page: z.string().max(2_048).optional(),
});

/** Where a redrive goes on: a query of BigQuery's, and a page of its answer. */
export type PageToken = z.infer<typeof pageToken>;

/** The token is none of ours. */
export class PageTokenError extends Error {
  override name = "PageTokenError";
}

export const writePageToken = (token: PageToken): string =>
  Buffer.from(JSON.stringify(token)).toString("base64url");

/** @throws {PageTokenError} */
export function readPageToken(text: string): PageToken {
  try {
    return pageToken.parse(JSON.parse(Buffer.from(text, "base64url").toString()));
  } catch (cause) {
    throw new PageTokenError("not a page token of a redrive", { cause });
  }
}
