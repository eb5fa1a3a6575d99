import type { LinkShare } from "../../shared/events/link-share.v1.ts";
import { judgedBy } from "../../shared/events/revision.ts";
import { maxLinkLength } from "../../shared/events/shared-link.ts";
import type { Unlinked } from "../../shared/events/unlinked.v1.ts";
import { keyVersion, type NormalizedUrl, normalizeUrl } from "../../shared/links/normalize-url.ts";
import { showsPost } from "../../shared/links/url/shows-post.ts";
import type { UrlMention } from "../../shared/streams/url-mentions.ts";

/** All that the links of a post turn into, without remainder. */
type JudgedShare = { mentions: UrlMention[]; unlinked: Unlinked[] };

/** What stands before the revision of each reading that these rules judge. */
const rules = judgedBy(keyVersion, "");

/**
 * What the links of one reading of a post count as: one mention for each page, and for each other
 * link why it is not counted. A reading that mentions no page is one mention without a page, which
 * withdraws what worse informed readings mentioned.
 */
export function judgeShare(share: LinkShare): JudgedShare {
  const { id, event_time, author, alias, kind, source, links } = share;
  const revision = rules + share.revision;
  const reading = {
    id,
    event_time,
    ...(author !== undefined && { author }),
    ...(alias !== undefined && { alias }),
    kind,
    source,
    revision,
  };
  // Most posts share nothing.
  if (links.length === 0) return { mentions: [reading], unlinked: [] };
  const mentions = new Map<string, UrlMention>();
  const unlinked: Unlinked[] = [];
  for (const { url, slot, title } of links) {
    const link = { id, event_time, source, revision, url, ...(slot !== undefined && { slot }) };
    const judged = judgeLink(url, share);
    const { urlKey } = judged;
    if ("outcome" in judged) {
      const { outcome } = judged;
      unlinked.push({ ...link, outcome, ...(urlKey !== undefined && { url_key: urlKey }) });
      continue;
    }
    const known = mentions.get(judged.urlKey);
    if (known !== undefined) {
      unlinked.push({ ...link, outcome: "merged-within-post", url_key: judged.urlKey });
      if (title !== undefined) known.title ??= title;
      continue;
    }
    mentions.set(judged.urlKey, {
      ...reading,
      url_key: judged.urlKey,
      url: judged.url,
      host: judged.host,
      ...(title !== undefined && { title }),
    });
  }
  return { mentions: mentions.size === 0 ? [reading] : [...mentions.values()], unlinked };
}

/** What a link is counted as, or why it is not. */
function judgeLink(
  link: string,
  { id, quotes, also_known_as }: LinkShare,
): NormalizedUrl | { outcome: string; urlKey?: string | undefined } {
  if (link.length >= maxLinkLength) return { outcome: "too-long" };
  const normalized = normalizeUrl(link);
  if ("ignored" in normalized) return { outcome: normalized.ignored, urlKey: normalized.urlKey };
  const { urlKey, url } = normalized;
  const isOwn = showsPost(urlKey, id) || also_known_as?.some((other) => showsPost(urlKey, other));
  if (isOwn) return { outcome: "self-link", urlKey };
  if (quotes !== undefined && showsPost(urlKey, quotes)) {
    return { outcome: "quoted-permalink", urlKey };
  }
  return url.length > maxLinkLength ? { outcome: "too-long", urlKey } : normalized;
}
