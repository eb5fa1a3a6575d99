import * as z from "zod";
import {
  maxLinkLength,
  maxSlotLength,
  maxTitleLength,
  type SharedLink,
} from "../../shared/events/shared-link.ts";
import { extractLinks } from "./extract-links.ts";

const linkEntity = z.object({
  display_url: z.string().nullish(),
  url: z.string().nullish(),
  expanded_url: z.string().nullish(),
  /** API v1.1. */
  unwound: z.object({ url: z.string().nullish(), title: z.string().nullish() }).nullish(),
  /** API v2. */
  unwound_url: z.string().nullish(),
  title: z.string().nullish(),
});

type LinkEntity = z.infer<typeof linkEntity>;

export const entities = z
  .object({
    urls: z.array(linkEntity).nullish(),
    /** Of API v1.1, and of v2. */
    user_mentions: z.unknown().optional(),
    mentions: z.unknown().optional(),
  })
  .nullish();

/** The links of a post, and how many of them X has followed to where they lead. */
export type SharedLinks = { links: SharedLink[]; resolved: number };

/**
 * The raw links of a post, each once, in order: the final address as far as X knows it. The
 * permalink of the quoted tweet, as X attaches it, is none. A post without entities has its links
 * extracted from the text; one whose entities list no links has none.
 */
export function sharedLinks(post: {
  entities: z.infer<typeof entities>;
  text: string | undefined;
  quotedPermalink?: string | undefined;
}): SharedLinks {
  const { entities: listed, text = "", quotedPermalink } = post;
  const found: LinkEntity[] = listed
    ? (listed.urls ?? [])
    : extractLinks(text).map((url) => ({ url }));
  const links = new Map<string, SharedLink>();
  let resolved = 0;
  for (const entity of found) {
    const resolvedUrl = entity.unwound?.url || entity.unwound_url;
    const url = resolvedUrl || entity.expanded_url || entity.url;
    if (!url || url === quotedPermalink || links.has(url)) continue;
    if (resolvedUrl) resolved += 1;
    links.set(url, linkOf(url, entity));
  }
  return { links: [...links.values()], resolved };
}

function linkOf(url: string, { url: slot, unwound, title }: LinkEntity): SharedLink {
  const cardTitle = (unwound?.title ?? title)?.trim().slice(0, maxTitleLength);
  return {
    url: url.slice(0, maxLinkLength),
    ...(slot && slot !== url && slot.length <= maxSlotLength && { slot }),
    ...(cardTitle && { title: cardTitle }),
  };
}
