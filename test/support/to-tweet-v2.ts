import * as z from "zod";

const link = z.looseObject({});
const entities = z.object({ urls: z.array(link) });
const body = z.object({
  id_str: z.string(),
  text: z.string(),
  entities,
  extended_tweet: z.object({ full_text: z.string(), entities }).optional(),
  quoted_status_id_str: z.string().optional(),
  /** Of the tweet that is shown, also when it is gone or quotes the one that the id is of. */
  quoted_status_permalink: z.object({ expanded: z.string() }).optional(),
  in_reply_to_status_id_str: z.string().nullish(),
});
const tweet = body.extend({
  created_at: z.string(),
  lang: z.string(),
  user: z.object({ id_str: z.string() }),
  retweeted_status: body.optional(),
});

const unwound = z.object({ unwound: z.object({ url: z.string() }) });

/** A tweet of a v1.1 stream as API v2 would deliver it, with the tweet that it retweets beside it. */
export function toTweetV2(json: string): string {
  const read = tweet.parse(JSON.parse(json));
  const retweeted = read.retweeted_status;
  const data = {
    ...contentOf(read),
    author_id: read.user.id_str,
    created_at: new Date(read.created_at).toISOString(),
    lang: read.lang,
    edit_history_tweet_ids: [read.id_str],
    ...(retweeted && { referenced_tweets: [{ type: "retweeted", id: retweeted.id_str }] }),
  };
  return JSON.stringify({
    data,
    ...(retweeted && { includes: { tweets: [contentOf(retweeted)] } }),
  });
}

function contentOf(read: z.infer<typeof body>) {
  const { id_str, quoted_status_permalink: permalink, in_reply_to_status_id_str: replied } = read;
  const quoted =
    /\/status\/(\d+)/.exec(permalink?.expanded ?? "")?.[1] ?? read.quoted_status_id_str;
  const { urls } = (read.extended_tweet ?? read).entities;
  return {
    id: id_str,
    text: read.extended_tweet?.full_text ?? read.text,
    entities: {
      urls: urls.map((one) => {
        const known = unwound.safeParse(one).data;
        // By its display, API v2 has another post's photo for one of the post's own.
        const { display_url: _, ...shown } = one;
        return known === undefined ? shown : { ...shown, unwound_url: known.unwound.url };
      }),
    },
    referenced_tweets: [
      ...(quoted === undefined ? [] : [{ type: "quoted", id: quoted }]),
      ...(replied ? [{ type: "replied_to", id: replied }] : []),
    ],
  };
}
