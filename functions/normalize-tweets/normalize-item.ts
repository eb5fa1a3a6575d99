import { formatTime, isPossibleTime } from "../../shared/events/event-time.ts";
import type { FailureIssue, FailureReason } from "../../shared/events/failed-event.v1.ts";
import type { Tweet } from "../../shared/events/tweet.v1.ts";
import { maxLinkLength, type UrlMention } from "../../shared/events/url-mention.v1.ts";
import { urlMentions } from "../../shared/streams/url-mentions.ts";
import { type NormalizedUrl, normalizeUrl } from "../normalize-urls/normalize-url.ts";
import { shownPost } from "../normalize-urls/url/shown-post.ts";
import type { Item, Post } from "./post.ts";

/** Where and when an item was delivered; `receivedAt` is RFC 3339 UTC, `now` ms since 1970. */
export type Delivered = { messageId: string; position: string; receivedAt: string; now: number };

export type NormalizedItem =
  | { receipt: Tweet; mentions: UrlMention[] }
  | { failure: { reason: FailureReason; issues: FailureIssue[] } };

const epoch = Date.parse(urlMentions.epoch);

/**
 * The receipt of one item and the mentions that it counts for. Every link that a tweet shares is in
 * the receipt with what became of it, so that shares are accounted for without remainder.
 */
export function normalizeItem(item: Item, delivered: Delivered): NormalizedItem {
  const delivery = {
    message_id: delivered.messageId,
    position: delivered.position,
    received_at: delivered.receivedAt,
  };
  switch (item.outcome) {
    case "failed":
      return { failure: { reason: item.reason, issues: item.issues } };
    case "ignored":
      return {
        receipt: { outcome: "ignored", reason: item.reason, links: [], ...delivery },
        mentions: [],
      };
    case "delete": {
      const { id, author, at } = item;
      const known = {
        ...(author !== undefined && { author }),
        // When it was deleted is a note, not what is counted: an impossible time is left out.
        ...(at !== undefined && isPossibleTime(at, delivered.now, epoch) && { at: formatTime(at) }),
      };
      return { receipt: { outcome: "delete", id, ...known, links: [], ...delivery }, mentions: [] };
    }
    case "tweet":
      if (!isPossibleTime(item.post.at, delivered.now, epoch)) {
        const message = "before the first tweet, or more than an hour in the future";
        return {
          failure: { reason: "impossible-time", issues: [{ path: "created_at", message }] },
        };
      }
      return normalizePost(item.post, delivery);
  }
}

/** Far beyond any post; the receipt, which has them all, must fit into one message. */
const maxLinks = 10_000;

function normalizePost(
  post: Post,
  delivery: Pick<Tweet, "message_id" | "position" | "received_at">,
): NormalizedItem {
  const { id, kind, author, lang, links } = post;
  const at = formatTime(post.at);
  if (links.length > maxLinks) {
    const message = `more than ${maxLinks} links`;
    return { failure: { reason: "invalid-field", issues: [{ path: "entities.urls", message }] } };
  }
  const mentions: UrlMention[] = [];
  const keys = new Set<string>();
  const outcomes: Tweet["links"] = [];
  for (const link of links) {
    const raw = link.slice(0, maxLinkLength);
    const judged = judgeLink(link, post);
    if ("ignored" in judged) {
      outcomes.push({ url: raw, outcome: judged.ignored });
      continue;
    }
    const { urlKey, url, host, keyVersion } = judged;
    const isCounted = keys.has(urlKey);
    outcomes.push({
      url: raw,
      url_key: urlKey,
      outcome: isCounted ? "merged-within-tweet" : "counted",
    });
    if (isCounted) continue;
    keys.add(urlKey);
    mentions.push({
      id,
      at,
      url_key: urlKey,
      url,
      host,
      ...(author !== undefined && { author }),
      kind,
      key_version: keyVersion,
    });
  }
  const receipt: Tweet = {
    outcome: "tweet",
    id,
    at,
    ...(author !== undefined && { author }),
    kind,
    ...(lang !== undefined && { lang }),
    links: outcomes,
    ...delivery,
  };
  return { receipt, mentions };
}

/** What a link is counted as, or why it is not. */
function judgeLink(link: string, { ownIds, quotedId }: Post): NormalizedUrl | { ignored: string } {
  const normalized = normalizeUrl(link);
  if ("ignored" in normalized) return { ignored: normalized.ignored };
  const shown = shownPost(normalized.urlKey);
  if (shown !== undefined && ownIds.includes(shown)) return { ignored: "self-link" };
  if (shown !== undefined && shown === quotedId) return { ignored: "quoted-permalink" };
  return normalized.url.length > maxLinkLength ? { ignored: "too-long" } : normalized;
}
