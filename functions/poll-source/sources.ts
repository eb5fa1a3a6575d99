import type { Source } from "./source.ts";

/** All sources that may be polled. A new one is one more here, and what it needs in function.json. */
export const sources: readonly Source[] = [
  {
    // https://docs.x.com/x-api/posts/search-recent-posts
    name: "x-recent-search",
    topic: "tweets",
    url:
      "https://api.x.com/2/tweets/search/recent?query={X_SEARCH_QUERY}&max_results=100" +
      "&tweet.fields=author_id,created_at,entities,lang,referenced_tweets,edit_history_tweet_ids" +
      "&expansions=author_id,referenced_tweets.id",
    settings: ["X_SEARCH_QUERY"],
    secret: {
      variable: "X_BEARER_TOKEN",
      header: "authorization",
      prefix: "Bearer ",
      isRequired: true,
    },
    items: ["data"],
    id: "id",
    since: "since_id",
    paging: { token: ["meta", "next_token"], parameter: "next_token" },
    mostPages: 10,
    everyMinutes: 5,
    reset: "x-rate-limit-reset",
  },
  {
    // https://docs.joinmastodon.org/methods/timelines/#public
    name: "mastodon-public",
    topic: "mastodon-statuses",
    url: "https://{MASTODON_HOST}/api/v1/timelines/public?limit=40",
    settings: ["MASTODON_HOST"],
    secret: {
      variable: "MASTODON_TOKEN",
      header: "authorization",
      prefix: "Bearer ",
      isRequired: false,
    },
    items: [],
    id: "id",
    since: "min_id",
    paging: "newer",
    mostPages: 25,
    everyMinutes: 1,
  },
];
