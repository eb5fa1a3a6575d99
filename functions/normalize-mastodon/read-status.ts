import * as z from "zod";
import { readCount } from "../../shared/codec/read-count.ts";
import { type EventId, eventIdOfText } from "../../shared/events/event-id.ts";
import { issuesOf } from "../../shared/events/issues-of.ts";
import { maxTextLength } from "../../shared/events/post.v1.ts";
import { readDateTime } from "../../shared/events/read-date-time.ts";
import { revisionOf } from "../../shared/events/revision.ts";
import { failedItem, type Item, type Post, type Reaction } from "../../shared/posts/post-item.ts";
import type { InteractionKind } from "../../shared/streams/interactions.ts";
import { readContent } from "./read-content.ts";
import { card, sharedLinks } from "./shared-links.ts";

/** Version of how statuses are read. A change that finds other links in the same status raises it. */
const reader = 1;

const account = z.object({
  id: z.unknown().optional(),
  url: z.string().nullish(),
  uri: z.string().nullish(),
  followers_count: z.unknown().optional(),
});

const quotedStatus = z.object({
  uri: z.string().nullish(),
  url: z.string().nullish(),
  account: account.nullish(),
});

/** What holds the text and the links: the status itself, or the one that it boosts. */
const body = z.object({
  uri: z.string(),
  content: z.string(),
  card,
  mentions: z.array(account).nullish(),
  /** Other servers have the status itself in its place. */
  quote: quotedStatus.extend({ quoted_status: quotedStatus.nullish() }).nullish(),
  /** What Pleroma tells beyond Mastodon's API. */
  pleroma: z.object({ quote: quotedStatus.nullish() }).nullish(),
});

/** https://docs.joinmastodon.org/entities/Status/ */
const status = z.compile(
  body.extend({
    id: z.string(),
    created_at: z.string(),
    edited_at: z.string().nullish(),
    visibility: z.string().nullish(),
    language: z.string().nullish(),
    in_reply_to_id: z.string().nullish(),
    in_reply_to_account_id: z.unknown().optional(),
    account,
    reblog: body.extend({ account: account.nullish() }).nullish(),
  }),
);

/**
 * A status as the API gives it, of a server whose name may be empty. Its identity is its `uri`, which is
 * the same on all servers; the `id` of this one is what it names when the status is deleted.
 */
export function readStatus(input: unknown, server: string): Item {
  const parsed = status.safeParse(input);
  if (!parsed.success) {
    return { outcome: "failed", reason: "invalid-field", issues: issuesOf(parsed.error) };
  }
  const told = parsed.data;
  if (!publicly.has(told.visibility ?? "public")) {
    return { outcome: "ignored", reason: "notice-not-public" };
  }
  const id = idOf(told.uri);
  if (id === undefined) return failedItem("missing-id", "uri", "empty, too long, or with spaces");
  const createdAt = readDateTime(told.created_at);
  if (createdAt === undefined) {
    return failedItem("impossible-time", "created_at", "no time of RFC 3339 with its offset");
  }
  const source = told.reblog ?? told;
  const { text, anchors } = readContent(source.content);
  const quoted = quotedOf(source);
  const quotes = idOf(quoted?.uri);
  const mentioned = source.mentions?.map(({ url }) => url) ?? [];
  const others = new Set([...mentioned, quoted?.uri, quoted?.url]);
  const { links, resolved } = sharedLinks({
    anchors,
    card: source.card,
    others,
    isQuoting: Boolean(quoted),
  });
  const kind = kindOf(told, quotes);
  const author = accountId(told.account);
  const editedAt = told.edited_at ? readDateTime(told.edited_at) : undefined;
  const alias = aliasOf(server, told.id);
  const reposted = told.reblog ? idOf(told.reblog.uri) : undefined;
  const post: Post = {
    id,
    createdAt,
    kind,
    links,
    interactions: reactionsOf(told),
    alsoKnownAs: reposted === undefined ? [] : [reposted],
    revision: revisionOf({
      reader,
      editedAfterMs: editedAt === undefined ? 0 : Math.max(1, editedAt - createdAt),
      isComplete: true,
      resolved,
      author,
      kind,
      links,
    }),
    author,
    alias,
    quotes,
    language: told.language?.slice(0, maxLanguage) || undefined,
    text: text.slice(0, maxTextLength) || undefined,
  };
  return { outcome: "post", post };
}

/** Who may see it: Pleroma shows `local` ones to whoever asks it. Other servers have more that are not public. */
const publicly = new Set(["public", "unlisted", "local"]);

const quotedOf = ({ quote, pleroma }: Pick<z.infer<typeof body>, "quote" | "pleroma">) =>
  quote?.quoted_status ?? quote ?? pleroma?.quote;

/** What a server names a status by that it deletes: `mastodon:<server>/<id>`. */
export const aliasOf = (server: string, id: string): EventId | undefined =>
  eventIdOfText("mastodon", `${server}/${id}`);

/** Identity of an account: the address of its page, by which mentions name it, too. */
const accountId = ({ url, uri }: z.infer<typeof account>): EventId | undefined => idOf(url || uri);

/** A boost reacts to the author of the status alone: whom that one mentions is not its own doing. */
function reactionsOf({ reblog, mentions, ...told }: z.infer<typeof status>): Reaction[] {
  if (reblog) return reactionTo("repost", reblog.account, idOf(reblog.uri));
  const quoted = quotedOf(told);
  const named = mentions ?? [];
  // A server names the account that is answered by a number of its own, as those that are mentioned.
  const answered = told.in_reply_to_id
    ? named.find(({ id }) => id !== undefined && id === told.in_reply_to_account_id)
    : undefined;
  return [
    ...reactionTo("quote", quoted?.account, idOf(quoted?.uri)),
    ...reactionTo("reply", answered),
    ...named.flatMap((one) => reactionTo("mention", one)),
  ];
}

function reactionTo(
  kind: InteractionKind,
  other: z.infer<typeof account> | null | undefined,
  target?: EventId,
): Reaction[] {
  if (!other) return [];
  const influencer = accountId(other);
  if (influencer === undefined) return [];
  return [{ influencer, kind, target, followers: readCount(other.followers_count) }];
}

const idOf = (uri: string | null | undefined): EventId | undefined =>
  uri ? eventIdOfText("mastodon", uri) : undefined;

function kindOf(told: z.infer<typeof status>, quotes: EventId | undefined) {
  if (told.reblog) return "repost";
  if (quotes !== undefined) return "quote";
  return told.in_reply_to_id ? "reply" : "post";
}

const maxLanguage = 64;
