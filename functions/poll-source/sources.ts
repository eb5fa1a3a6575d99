import type { Source } from "./source.ts";

/** All sources that may be polled. A new one is one more here, and what it needs in function.json. */
export const sources: readonly Source[] = [
  {
    // https://docs.x.com/x-api/posts/search-recent-posts
    kind: "pages",
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
    since: { parameter: "since_id" },
    paging: { token: ["meta", "next_token"], parameter: "next_token" },
    mostPages: 10,
    everyMinutes: 5,
    reset: "x-rate-limit-reset",
  },
  {
    // https://docs.joinmastodon.org/methods/timelines/#public
    kind: "pages",
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
    since: { parameter: "min_id" },
    paging: "newer",
    mostPages: 25,
    everyMinutes: 1,
  },
  {
    // https://hn.algolia.com/api
    kind: "pages",
    name: "hacker-news",
    topic: "items",
    url: "https://hn.algolia.com/api/v1/search_by_date?tags=story&hitsPerPage=1000",
    settings: [],
    items: ["hits"],
    id: "objectID",
    order: "created_at_i",
    // Stories are found a while after they came, and their links and titles are mended in their first hour.
    since: { parameter: "numericFilters", prefix: "created_at_i>", back: 3_600 },
    // It has the newest thousand, and never more.
    paging: "once",
    mostPages: 1,
    everyMinutes: 5,
  },
  {
    // http://web.mta.info/developers/turnstile.html
    kind: "files",
    name: "turnstile-weeks",
    url: "https://{TURNSTILE_HOST}/developers/data/nyct/turnstile/turnstile_{yy}{mm}{dd}.txt",
    settings: ["TURNSTILE_HOST"],
    weekday: 6,
    weeks: 4,
    folder: "landing/turnstiles/turnstile-weeks/",
    everyMinutes: 60,
  },
];
