import * as z from "zod";
import { eventId } from "../events/event-id.ts";
import { judgedRevision } from "../events/revision.ts";
import { shareKind } from "../events/share-kind.ts";
import { maxLinkLength, maxTitleLength } from "../events/shared-link.ts";
import { sourceName } from "../events/source-name.ts";
import { author, key, label, member, revision } from "./field-roles.ts";
import { declareStream } from "./stream.ts";

/** Shares of links, counted by the page they show. A post mentions a page at most once. */
export const urlMentions = declareStream({
  name: "url-mentions",
  counts: "url",
  description: "Shares of links, counted by the page they show",
  // The first tweet: https://x.com/jack/status/20
  epoch: "2006-03-21T00:00:00Z",
  fields: {
    url_key: key(
      z.string().min(1).max(8_192).optional(),
      "Identity of the page, never fetched; absent where a reading of a post mentions no page",
    ),
    url: label(z.string().min(1).max(maxLinkLength).optional(), "The link, clean and fetchable"),
    host: label(z.string().min(1).max(253).optional(), "Host of the key"),
    title: label(
      z.string().min(1).max(maxTitleLength).optional(),
      "Title of the page, as the sources' own cards give it",
    ),
    author: author(z.string().max(512).optional(), "Who shared it"),
    kind: member(shareKind, "How it was shared: post, repost, quote or reply"),
    source: member(sourceName, "Network of the post"),
    revision: revision(judgedRevision, "Which reading of the post this is, by which rules"),
    alias: member(
      eventId.optional(),
      "Another id of the post, by which its source tells that it is deleted",
    ),
  },
  postsBy: "author",
  indices: { url_hours: ["url_key"] },
  measures: {
    mentions: { counts: "events", description: "Posts that share the page" },
    authors: { counts: "distinct", of: "author", description: "Authors who share it" },
    originals: {
      counts: "events",
      where: { field: "kind", isNot: "repost" },
      description: "Posts that are no reposts",
    },
  },
});

export type UrlMention = z.infer<typeof urlMentions.event>;
