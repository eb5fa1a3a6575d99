import * as z from "zod";
import { issuesOf } from "../../shared/events/issues-of.ts";
import { failedItem, type Item, type Reaction } from "../../shared/posts/post-item.ts";
import type { InteractionKind } from "../../shared/streams/interactions.ts";
import { composePost } from "./compose-post.ts";
import { mentionsIn, reactionTo } from "./find-reactions.ts";
import { readAuthor, readId } from "./read-id.ts";
import { readTime, snowflakeTime } from "./read-time.ts";
import { entities, sharedLinks } from "./shared-links.ts";

const body = z.object({
  id: z.unknown().optional(),
  text: z.string(),
  entities,
  /** Posts of over 280 characters have all of their entities here. */
  note_tweet: z.object({ text: z.string().nullish(), entities }).nullish(),
});

const reference = z.object({ type: z.string(), id: z.string() });

const post = z.compile(
  body.extend({
    author_id: z.string().nullish(),
    in_reply_to_user_id: z.unknown().optional(),
    created_at: z.string().nullish(),
    lang: z.string().max(64).nullish(),
    edit_history_tweet_ids: z.array(z.string()).nullish(),
    referenced_tweets: z.array(reference.loose()).nullish(),
  }),
);

const referencedBody = body.extend({
  author_id: z.unknown().optional(),
  referenced_tweets: z.array(reference).nullish(),
});

/**
 * A post as API v2 delivers it, with the tweets included in its page by id. An edited post keeps the identity
 * and the time of its first version. A retweet shares the links of the tweet that it retweets.
 */
export function readTweetV2(input: unknown, included: ReadonlyMap<string, unknown>): Item {
  const parsed = post.safeParse(input);
  if (!parsed.success) {
    return { outcome: "failed", reason: "invalid-field", issues: issuesOf(parsed.error) };
  }
  const tweet = parsed.data;
  const firstVersion = tweet.edit_history_tweet_ids?.[0];
  const id = readId(firstVersion, tweet.id);
  if (typeof id !== "string") {
    const message = "neither a string nor a safe integer";
    return failedItem(id.reason, "id", message);
  }
  const isLaterVersion = firstVersion !== undefined && firstVersion !== tweet.id;
  const idTime = snowflakeTime(id.slice("x:".length));
  const toldTime = tweet.created_at ? readTime(tweet.created_at) : undefined;
  const createdAt = isLaterVersion ? (idTime ?? toldTime) : (toldTime ?? idTime);
  if (createdAt === undefined) {
    const message = "absent, and ids from before 2010-11 tell no time";
    return failedItem("invalid-field", "created_at", message);
  }
  if (typeof createdAt !== "number") {
    return failedItem("impossible-time", "created_at", createdAt.problem);
  }
  const references = tweet.referenced_tweets ?? [];
  const retweeted = references.find(({ type }) => type === "retweeted");
  // Archiving tools write the referenced tweet out in place instead of beside the page.
  const original =
    retweeted && referencedBody.safeParse(included.get(retweeted.id) ?? retweeted).data;
  const source = original ?? tweet;
  const listed = withoutMedia(source.note_tweet?.entities ?? source.entities);
  const text = source.note_tweet?.text ?? source.text;
  const composed = composePost({
    id,
    createdAt,
    version: tweet.id,
    kind: kindOf(references),
    author: readAuthor(tweet.author_id),
    language: tweet.lang,
    text,
    shared: sharedLinks({ entities: listed, text }),
    isComplete: Boolean(listed) && (retweeted === undefined || original !== undefined),
    ownIds: [...(tweet.edit_history_tweet_ids ?? []), tweet.id, source.id],
    quotedId: source.referenced_tweets?.find(({ type }) => type === "quoted")?.id,
    reactions: reactionsOf(tweet, references, (id) => authorIn(included.get(id))),
  });
  return { outcome: "post", post: composed };
}

const authorIn = (input: unknown): unknown => referencedBody.safeParse(input).data?.author_id;

/** A retweet reacts to the author of the tweet alone: whom that one mentions is not its own doing. */
function reactionsOf(
  tweet: z.infer<typeof post>,
  references: readonly z.infer<typeof reference>[],
  authorOf: (id: string) => unknown,
): Reaction[] {
  const to = (type: string) => references.find((one) => one.type === type);
  const reaction = (kind: InteractionKind, type: string) => {
    const one = to(type);
    if (one === undefined) return [];
    // Archiving tools write the referenced tweet out in place instead of beside the page.
    return reactionTo(kind, { id_str: authorOf(one.id) ?? authorIn(one) }, one.id);
  };
  if (to("retweeted")) return reaction("repost", "retweeted");
  const replied = to("replied_to");
  return [
    ...reaction("quote", "quoted"),
    ...(replied ? reactionTo("reply", { id_str: tweet.in_reply_to_user_id }, replied.id) : []),
    ...mentionsIn(tweet.note_tweet?.entities),
    ...mentionsIn(tweet.entities),
  ];
}

/** API v2 lists a post's own photos and videos among its links, v1.1 does not. */
function withoutMedia(listed: z.infer<typeof entities>): z.infer<typeof entities> {
  const urls = listed?.urls?.filter(({ display_url }) => !mediaLink.test(display_url ?? ""));
  return urls ? { urls } : listed;
}

const mediaLink = /^pic\.(?:twitter|x)\.com\//;

function kindOf(references: readonly { type: string }[]) {
  const refers = (type: string) => references.some((one) => one.type === type);
  if (refers("retweeted")) return "repost";
  if (refers("quoted")) return "quote";
  return refers("replied_to") ? "reply" : "post";
}
