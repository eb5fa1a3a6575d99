import * as z from "zod";
import { extractLinks } from "./extract-links.ts";

const linkEntity = z.object({
  display_url: z.string().nullish(),
  url: z.string().nullish(),
  expanded_url: z.string().nullish(),
  /** API v1.1. */
  unwound: z.object({ url: z.string().nullish() }).nullish(),
  /** API v2. */
  unwound_url: z.string().nullish(),
});

export const entities = z.object({ urls: z.array(linkEntity).nullish() }).nullish();

/**
 * The raw links of a post, each once, in order: the final address as far as X knows it. The
 * permalink of the quoted tweet, as X attaches it, is none. A post without entities has its links
 * extracted from the text; one whose entities list no links has none.
 */
export function sharedLinks(post: {
  entities: z.infer<typeof entities>;
  text: string | undefined;
  quotedPermalink?: string | undefined;
}): string[] {
  const { entities: listed, text = "", quotedPermalink } = post;
  const candidates = listed ? (listed.urls ?? []).map(finalAddress) : extractLinks(text);
  return [...new Set(candidates)].filter((link) => link !== "" && link !== quotedPermalink);
}

const finalAddress = (link: z.infer<typeof linkEntity>): string =>
  link.unwound?.url || link.unwound_url || link.expanded_url || link.url || "";
