import type { Random } from "../support/create-random.ts";
import {
  classicLength,
  displayLink,
  makeShortLink,
  retweetText,
  type TweetText,
  truncateText,
  writeEntities,
} from "./compose-text.ts";
import { formatCreatedAt } from "./format-created-at.ts";
import type { MadeUpUser } from "./make-up-users.ts";
import { toStreamJson } from "./to-stream-json.ts";

/** A tweet and its API v1.1 object, as it stands inside a retweet or a quote. */
export type WrittenTweet = {
  id: string;
  /** ms since 1970 */
  time: number;
  user: MadeUpUser;
  json: string;
};

/** A tweet of someone's own, which others may retweet. */
export type OwnTweet = WrittenTweet & {
  text: TweetText;
  /** What all its retweets have in common, once there is one. */
  retweetBody?: StatusBody;
};

type Reply = { statusId: string; user: MadeUpUser };

/** The part of a tweet that is not about who sent it and when; texts are JSON. */
type StatusBody = {
  text: string;
  entities: string;
  lang: string;
  truncated: boolean;
  /** Further properties, each with a comma after it. */
  further: string;
  reply?: Reply | undefined;
};

const noReply =
  `"in_reply_to_status_id":null,"in_reply_to_status_id_str":null,` +
  `"in_reply_to_user_id":null,"in_reply_to_user_id_str":null,"in_reply_to_screen_name":null,`;

const sources = [
  ["http://twitter.com/download/iphone", "Twitter for iPhone"],
  ["http://twitter.com/download/android", "Twitter for Android"],
  ["https://mobile.twitter.com", "Twitter Web App"],
  ["https://scheduler-example.com", "Made-up Scheduler"],
].map(([href, name]) => toStreamJson(`<a href="${href}" rel="nofollow">${name}</a>`));

/** Writes a tweet of someone's own: plain, a reply, or a quote. */
export function writeTweet(
  tweet: {
    id: string;
    time: number;
    user: MadeUpUser;
    text: TweetText;
    reply?: Reply | undefined;
    quoted?: WrittenTweet | undefined;
  },
  random: Random,
): OwnTweet {
  const { id, user, text, reply, quoted } = tweet;
  const truncated = text.length > classicLength;
  const shown = truncated ? truncateText(text, id, random) : text;
  const quote = quoted === undefined ? `"is_quote_status":false,` : writeQuote(quoted, random);
  const body: StatusBody = {
    text: shown.json,
    entities: writeEntities(shown),
    lang: user.lang,
    truncated,
    further: truncated ? quote + writeExtendedTweet(text) : quote,
    reply,
  };
  return { id, time: tweet.time, user, text, json: writeStatus(tweet, body, random) };
}

/** Writes a retweet, the retweeted tweet inside. Its own text may be too short for the links. */
export function writeRetweet(
  retweet: { id: string; time: number; user: MadeUpUser; original: OwnTweet },
  random: Random,
): WrittenTweet {
  const { id, time, user, original } = retweet;
  original.retweetBody ??= composeRetweet(original);
  return { id, time, user, json: writeStatus(retweet, original.retweetBody, random) };
}

/** Writes the line of the stream that delivers a tweet. */
export function writeDelivery(tweet: WrittenTweet): string {
  return `${tweet.json.slice(0, -1)},"timestamp_ms":"${tweet.time}"}`;
}

function composeRetweet(original: OwnTweet): StatusBody {
  const text = retweetText(original.user, original.text);
  return {
    text: text.json,
    entities: writeEntities(text),
    lang: original.user.lang,
    truncated: false,
    further: `"retweeted_status":${original.json},"is_quote_status":false,`,
  };
}

function writeStatus(
  head: { id: string; time: number; user: MadeUpUser },
  body: StatusBody,
  random: Random,
): string {
  const { id, time, user } = head;
  const range = body.truncated ? `"display_text_range":[0,${classicLength}],` : "";
  return (
    `{"created_at":"${formatCreatedAt(time)}","id":${id},"id_str":"${id}",` +
    `"text":${body.text},${range}"source":${random.pick(sources)},` +
    `"truncated":${body.truncated},${writeReply(body.reply)}"user":${user.json},` +
    `${body.further}"entities":${body.entities},"lang":"${body.lang}"}`
  );
}

function writeReply(reply: Reply | undefined): string {
  if (reply === undefined) return noReply;
  const { statusId, user } = reply;
  return (
    `"in_reply_to_status_id":${statusId},"in_reply_to_status_id_str":"${statusId}",` +
    `"in_reply_to_user_id":${user.id},"in_reply_to_user_id_str":"${user.id}",` +
    `"in_reply_to_screen_name":"${user.screenName}",`
  );
}

function writeExtendedTweet(full: TweetText): string {
  return (
    `"extended_tweet":{"full_text":${full.json},` +
    `"display_text_range":[0,${full.length}],"entities":${writeEntities(full)}},`
  );
}

function writeQuote(quoted: WrittenTweet, random: Random): string {
  const permalink = `https://twitter.com/${quoted.user.screenName}/status/${quoted.id}`;
  return (
    `"quoted_status_id":${quoted.id},"quoted_status_id_str":"${quoted.id}",` +
    `"quoted_status":${quoted.json},"quoted_status_permalink":{` +
    `"url":${toStreamJson(makeShortLink(random))},"expanded":${toStreamJson(permalink)},` +
    `"display":${toStreamJson(displayLink(permalink))}},"is_quote_status":true,`
  );
}
