import * as z from "zod";
import { issuesOf } from "../../shared/events/issues-of.ts";
import { failedItem, type Item, type Reaction } from "../../shared/posts/post-item.ts";
import { composePost } from "./compose-post.ts";
import { mentionsIn, reactionTo } from "./find-reactions.ts";
import { readAuthor, readId, readNativeId } from "./read-id.ts";
import { readTime, snowflakeTime } from "./read-time.ts";
import { entities, sharedLinks } from "./shared-links.ts";

const user = z
  .object({
    id: z.unknown().optional(),
    id_str: z.unknown().optional(),
    followers_count: z.unknown().optional(),
  })
  .nullish();

/** What holds the text and the links: the tweet itself, or the one that it retweets. */
const body = z.object({
  id: z.unknown().optional(),
  id_str: z.unknown().optional(),
  text: z.string().nullish(),
  full_text: z.string().nullish(),
  /** The text and its links are cut; all of them are in `extended_tweet`, if anywhere. */
  truncated: z.boolean().nullish(),
  entities,
  extended_tweet: z.object({ full_text: z.string().nullish(), entities }).nullish(),
  quoted_status_permalink: z.object({ expanded: z.string().nullish() }).nullish(),
  quoted_status_id_str: z.string().nullish(),
  quoted_status_id: z.unknown().optional(),
  quoted_status: z
    .object({ id_str: z.string().nullish(), id: z.unknown().optional(), user })
    .nullish(),
});

const status = z.compile(
  body.extend({
    created_at: z.string({ error: ({ input }) => (input === undefined ? "absent" : undefined) }),
    /** Of posts that can be edited, those since 2022-09. */
    edit_history: z.object({ initial_tweet_id: z.string().nullish() }).nullish(),
    /** The same in account archives. */
    edit_info: z
      .object({
        initial: z.object({ editTweetIds: z.array(z.string()).nullish() }).nullish(),
        edit: z.object({ initialTweetId: z.string().nullish() }).nullish(),
      })
      .nullish(),
    lang: z.string().max(64).nullish(),
    user,
    in_reply_to_status_id_str: z.unknown().optional(),
    in_reply_to_status_id: z.unknown().optional(),
    in_reply_to_user_id_str: z.unknown().optional(),
    in_reply_to_user_id: z.unknown().optional(),
    retweeted_status: body.extend({ user }).nullish(),
  }),
);

/** How a retweet reads in an account archive, which has nothing else of it. */
const archivedRetweet = /^RT @\w{1,20}: /;

/**
 * A tweet as account archives have it: that of API v1.1 without its author, with its edits under
 * another name, and with the text of a retweet in place of the retweeted tweet.
 */
export const readArchivedTweet = (input: Record<string, unknown>): Item => readStatus(input, true);

/**
 * A tweet as API v1.1 delivers it: classic (`text`), extended (`full_text`) or compat
 * (`extended_tweet`), also inside Account Activity. A retweet shares the links of the tweet that
 * it retweets.
 */
export const readTweetV1 = (input: unknown): Item => readStatus(input, false);

function readStatus(input: unknown, isArchived: boolean): Item {
  const parsed = status.safeParse(input);
  if (!parsed.success) {
    return { outcome: "failed", reason: "invalid-field", issues: issuesOf(parsed.error) };
  }
  const tweet = parsed.data;
  const firstVersion = firstVersionOf(tweet);
  const id = readId(firstVersion, tweet.id_str, tweet.id);
  if (typeof id !== "string") {
    const message = "neither id_str nor a safe integer id";
    return failedItem(id.reason, "id_str", message);
  }
  const isLaterVersion = firstVersion !== undefined && firstVersion !== tweet.id_str;
  const idTime = isLaterVersion ? snowflakeTime(id.slice("x:".length)) : undefined;
  const createdAt = idTime ?? readTime(tweet.created_at);
  if (typeof createdAt !== "number") {
    return failedItem("impossible-time", "created_at", createdAt.problem);
  }
  const source = tweet.retweeted_status ?? tweet;
  const extended = source.extended_tweet;
  const listed = extended?.entities ?? source.entities;
  const text = extended?.full_text ?? source.full_text ?? source.text ?? undefined;
  // Those of 2018 have their tweets without an envelope, but nobody else leaves the author out.
  const isBareRetweet = (isArchived || !tweet.user) && archivedRetweet.test(text ?? "");
  const quotedPermalink = source.quoted_status_permalink?.expanded ?? undefined;
  const post = composePost({
    id,
    createdAt,
    version: tweet.id_str,
    kind: isBareRetweet ? "repost" : kindOf(tweet),
    author: readAuthor(tweet.user?.id_str, tweet.user?.id),
    language: tweet.lang,
    text,
    shared: sharedLinks({ entities: listed, text, quotedPermalink }),
    isComplete: Boolean(listed) && !isBareRetweet && (!source.truncated || Boolean(extended)),
    ownIds: [tweet.id_str, firstVersion, idOf(source)],
    quotedId: quotedIdOf(source),
    reactions: isBareRetweet ? bareRetweet(listed) : reactionsOf(tweet),
  });
  return { outcome: "post", post };
}

/** A retweet reacts to the author of the tweet alone: whom that one mentions is not its own doing. */
function reactionsOf(tweet: z.infer<typeof status>): Reaction[] {
  const { retweeted_status: retweeted, quoted_status: quoted } = tweet;
  if (retweeted) return reactionTo("repost", retweeted.user, idOf(retweeted));
  const repliedId = repliedIdOf(tweet);
  const replied = { id_str: tweet.in_reply_to_user_id_str, id: tweet.in_reply_to_user_id };
  return [
    ...(quoted ? reactionTo("quote", quoted.user, idOf(quoted)) : []),
    ...(repliedId ? reactionTo("reply", replied, repliedId) : []),
    ...mentionsIn(tweet.extended_tweet?.entities ?? tweet.entities),
  ];
}

/** What an archive has of a retweet begins with the name of its author, who is mentioned by it. */
const bareRetweet = (listed: unknown): Reaction[] =>
  mentionsIn(listed)
    .slice(0, 1)
    .map((mention) => ({ ...mention, kind: "repost" }));

function firstVersionOf({ edit_history, edit_info }: z.infer<typeof status>): string | undefined {
  const ofArchive = edit_info?.edit?.initialTweetId ?? edit_info?.initial?.editTweetIds?.[0];
  return edit_history?.initial_tweet_id ?? ofArchive ?? undefined;
}

const idOf = ({ id_str, id }: { id_str?: unknown; id?: unknown }) => readNativeId(id_str, id);

const repliedIdOf = (tweet: z.infer<typeof status>) =>
  readNativeId(tweet.in_reply_to_status_id_str, tweet.in_reply_to_status_id);

const quotedIdOf = (tweet: z.infer<typeof body>) =>
  readNativeId(tweet.quoted_status_id_str, tweet.quoted_status_id) ??
  (tweet.quoted_status ? idOf(tweet.quoted_status) : undefined);

function kindOf(tweet: z.infer<typeof status>) {
  if (tweet.retweeted_status) return "repost";
  if (quotedIdOf(tweet) !== undefined) return "quote";
  return repliedIdOf(tweet) === undefined ? "post" : "reply";
}
