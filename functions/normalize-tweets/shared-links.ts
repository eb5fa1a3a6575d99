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

/** `twitter.com/i/web/status/<id>`: where a truncated tweet links to itself. */
const webLink = /^https?:\/\/(?:www\.|mobile\.)?(?:twitter|x)\.com\/i\/web\/status\/(\d+)/;

/**
 * The raw links that a post shares, each once, in order: the final address as far as X knows it.
 * Self links and the permalink of the quoted tweet, as X attaches it, are no shares. A post without entities has its
 * links extracted from the text.
 */
export function sharedLinks(post: {
  entities: z.infer<typeof entities>;
  text: string | undefined;
  quotedPermalink?: string | undefined;
  /** Native ids of the tweet, of its other versions and of the one that it retweets. */
  ownIds: readonly unknown[];
}): string[] {
  const urls = post.entities?.urls;
  const candidates = urls ? urls.map(finalAddress) : extractLinks(post.text ?? "");
  const links = new Set<string>();
  for (const link of candidates) {
    if (!link || link === post.quotedPermalink) continue;
    const self = webLink.exec(link)?.[1];
    if (self !== undefined && post.ownIds.includes(self)) continue;
    links.add(link);
  }
  return [...links];
}

const finalAddress = (link: z.infer<typeof linkEntity>): string =>
  link.unwound?.url || link.unwound_url || link.expanded_url || link.url || "";
