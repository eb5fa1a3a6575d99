import * as z from "zod";
import type { EventId } from "../../shared/events/event-id.ts";
import { issuesOf } from "../../shared/events/issues-of.ts";
import { maxTextLength } from "../../shared/events/post.v1.ts";
import { revisionOf } from "../../shared/events/revision.ts";
import type { ShareKind } from "../../shared/events/share-kind.ts";
import type { SharedLink } from "../../shared/events/shared-link.ts";
import { failedItem, type Item, type Post, type Reaction } from "../../shared/posts/post-item.ts";
import type { InteractionKind } from "../../shared/streams/interactions.ts";
import { decideTime, keyTime } from "./decide-time.ts";
import { extractLinks } from "./extract-links.ts";
import { type Address, accountId, identify, identifyPost, readAddress } from "./read-address.ts";
import { embed, facets, sharedLinks } from "./shared-links.ts";

/** Version of how posts are read. A change that finds other links in the same post raises it. */
const reader = 1;

/** https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json */
const postRecord = z.compile(
  z.object({
    text: z.string(),
    createdAt: z.unknown().optional(),
    langs: z.array(z.string()).nullish(),
    reply: z.object({ parent: z.object({ uri: z.unknown().optional() }).nullish() }).nullish(),
    facets,
    embed,
  }),
);

/** What is known beside the record: times in ms since 1970, UTC. */
type Context = {
  seenAt: number | undefined;
  /** When this version of it was written; undefined for the first. */
  updatedAt: number | undefined;
  now: number;
};

/** A post as its author's repository has it. */
export function readPost(record: unknown, address: Address, context: Context): Item {
  const parsed = postRecord.safeParse(record);
  if (!parsed.success) {
    return { outcome: "failed", reason: "invalid-field", issues: issuesOf(parsed.error) };
  }
  const post = parsed.data;
  const { text, reply, facets: marked } = post;
  const quoted = identifyPost(post.embed?.record?.record?.uri ?? post.embed?.record?.uri);
  return composePost(address, context, {
    createdAt: post.createdAt,
    kind: quoted !== undefined ? "quote" : reply ? "reply" : "post",
    language: post.langs?.[0],
    text,
    links: sharedLinks({ text, facets: marked, embed: post.embed }),
    isComplete: true,
    quotes: quoted?.id,
    reactions: [
      ...reactionTo("quote", quoted),
      ...reactionTo("reply", identifyPost(reply?.parent?.uri)),
      ...mentionsIn(marked),
    ],
  });
}

function mentionsIn(marked: z.infer<typeof facets>): Reaction[] {
  const mentions: Reaction[] = [];
  for (const { features } of marked ?? []) {
    for (const { $type, did } of features) {
      const influencer = $type === mentionFeature ? accountId(did) : undefined;
      if (influencer !== undefined) mentions.push({ influencer, kind: "mention" });
    }
  }
  return mentions;
}

const mentionFeature = "app.bsky.richtext.facet#mention";

/** The reaction to the author of a post; to nobody, when there is no post. */
const reactionTo = (kind: InteractionKind, post: ReturnType<typeof identifyPost>): Reaction[] =>
  post === undefined ? [] : [{ influencer: post.author, kind, target: post.id }];

const flatPost = z.object({
  uri: z.string(),
  created_at: z.unknown().optional(),
  text: z.string(),
  is_reply: z.boolean().nullish(),
  langs: z.union([z.string(), z.array(z.string())]).nullish(),
});

/**
 * A post as archiving tools write it, flat and without facets and embeds: its links are those in its
 * text, and any other reading of it is the better informed one.
 */
export function readFlatPost(record: unknown, now: number): Item {
  const parsed = flatPost.safeParse(record);
  if (!parsed.success) {
    return { outcome: "failed", reason: "invalid-field", issues: issuesOf(parsed.error) };
  }
  const { uri, created_at, text, is_reply, langs } = parsed.data;
  const address = readAddress(uri);
  if (address === undefined) return failedItem("missing-id", "uri", noAddress);
  return composePost(
    address,
    { seenAt: undefined, updatedAt: undefined, now },
    {
      createdAt: created_at,
      kind: is_reply ? "reply" : "post",
      language: typeof langs === "string" ? langs : langs?.[0],
      text,
      links: extractLinks(text).map((url) => ({ url })),
      isComplete: false,
      quotes: undefined,
      reactions: [],
    },
  );
}

const repostRecord = z.compile(
  z.object({
    createdAt: z.unknown().optional(),
    subject: z.object({ uri: z.string() }),
  }),
);

/** A repost as its author's repository has it: it names the post, but has no links of it. */
export function readRepost(record: unknown, address: Address, context: Context): Item {
  const parsed = repostRecord.safeParse(record);
  if (!parsed.success) {
    return { outcome: "failed", reason: "invalid-field", issues: issuesOf(parsed.error) };
  }
  const { createdAt, subject } = parsed.data;
  const read = composePost(address, context, {
    createdAt,
    kind: "repost",
    language: undefined,
    text: undefined,
    links: [],
    isComplete: false,
    quotes: undefined,
    reactions: reactionTo("repost", identifyPost(subject.uri)),
  });
  if (read.outcome !== "post") return read;
  return { outcome: "ignored", reason: "notice-repost-of-unknown-links", reacting: read.post };
}

/** A repost in a feed, which shares the links of the post that it reposts. */
export function repostOf(post: Post, address: Address, context: Context): Item {
  return composePost(address, context, {
    createdAt: undefined,
    kind: "repost",
    language: post.language,
    text: post.text,
    links: post.links,
    isComplete: true,
    quotes: post.quotes,
    reposts: post.id,
    reactions: post.author ? [{ influencer: post.author, kind: "repost", target: post.id }] : [],
  });
}

export const noAddress = "not at://<did>/<collection>/<key>";

type ReadPost = {
  createdAt: unknown;
  kind: ShareKind;
  language: string | undefined;
  text: string | undefined;
  links: SharedLink[];
  isComplete: boolean;
  quotes: EventId | undefined;
  reposts?: EventId;
  reactions: Reaction[];
};

function composePost(address: Address, { seenAt, updatedAt, now }: Context, read: ReadPost): Item {
  const identity = identify(address);
  if (identity === undefined) {
    return failedItem("missing-id", "did", "no DID, or too long with the key of the record");
  }
  const { id, author } = identity;
  const { rkey } = address;
  const createdAt = decideTime({ createdAt: read.createdAt, rkey, seenAt, now });
  if (createdAt === undefined) return failedItem("impossible-time", "createdAt", impossible);
  const { kind, language, text, links, isComplete, quotes, reposts } = read;
  const editedAfterMs = updatedAt === undefined ? 0 : Math.max(1, updatedAt - (keyTime(rkey) ?? 0));
  const post: Post = {
    id,
    createdAt,
    author,
    kind,
    links,
    interactions: read.reactions,
    alsoKnownAs: reposts === undefined ? [] : [reposts],
    revision: revisionOf({ reader, editedAfterMs, isComplete, resolved: 0, author, kind, links }),
    quotes,
    language: language?.slice(0, maxLanguage) || undefined,
    text: text?.slice(0, maxTextLength) || undefined,
  };
  return { outcome: "post", post };
}

const impossible = "neither it, nor the key, nor the time of the event is a possible time";
const maxLanguage = 64;
