import type { View } from "./view.ts";

const hour = "Start of the UTC hour";
const page = {
  url_key: "Identity of the page",
  url: "The link, clean and fetchable",
  host: "Host of the page",
};
const mentions = "Posts that share the page";
const originals = "Posts that are no reposts";
const position = "1 for the most mentions of the hour";

/** Of an hour: a list that someone reads. */
const listed = 100;

const first = (name: string) =>
  `ARRAY_AGG(${name} IGNORE NULLS ORDER BY hour LIMIT 1)[SAFE_OFFSET(0)] AS ${name}`;

const topUrls: View = {
  name: "top_urls_by_hour",
  description: `The ${listed} pages of each hour that most posts share`,
  sql: `-- The ${listed} pages of each hour that most posts share. Generated from shared/rows.
SELECT
  hour, url_key, url, host, title, mentions, authors, originals,
  ROW_NUMBER() OVER (PARTITION BY hour ORDER BY mentions DESC, url_key) AS position
FROM \`\${dataset}.url_hours\`
WHERE TRUE
QUALIFY position <= ${listed}
`,
  columns: {
    hour,
    ...page,
    title: "Title of the page, as the sources' own cards give it",
    mentions,
    authors: "Authors who share it",
    originals,
    position,
  },
};

const topHosts: View = {
  name: "top_hosts_by_hour",
  description: `The ${listed} hosts of each hour whose pages most posts share`,
  sql: `-- The ${listed} hosts of each hour whose pages most posts share. A post that shares two pages of a
-- host counts for each. Generated from shared/rows.
SELECT
  hour, host, SUM(mentions) AS mentions, SUM(originals) AS originals, COUNT(*) AS pages,
  ROW_NUMBER() OVER (PARTITION BY hour ORDER BY SUM(mentions) DESC, host) AS position
FROM \`\${dataset}.url_hours\`
WHERE host IS NOT NULL
GROUP BY hour, host
QUALIFY position <= ${listed}
`,
  columns: {
    hour,
    host: page.host,
    mentions: "Mentions of its pages",
    originals: "Mentions by posts that are no reposts",
    pages: "Distinct pages that are shared",
    position,
  },
};

const urlDays: View = {
  name: "url_days",
  description: "Shares of links by page and UTC day",
  sql: `-- Shares of links by page and UTC day. Who shares a page in two hours would be two authors: they are
-- left out. Generated from shared/rows.
SELECT
  DATE(hour) AS day, url_key, ${first("url")},
  ${first("host")},
  SUM(mentions) AS mentions, SUM(originals) AS originals, COUNT(*) AS \`hours\`,
  MAX(mentions) AS peak_mentions
FROM \`\${dataset}.url_hours\`
GROUP BY day, url_key
`,
  columns: {
    day: "UTC day",
    ...page,
    mentions,
    originals,
    hours: "Hours of the day in which it is shared",
    peak_mentions: "Mentions in the hour with the most",
  },
};

const hourSeconds = 3_600;
const daySeconds = 24 * hourSeconds;

const trendingUrls: View = {
  name: "trending_urls",
  description: "Pages of the last 24 hours that are shared more than they used to be",
  sql: `-- Pages of the last 24 hours that are shared more than they used to be: each hour against the 24
-- before it, and against the same hour of the seven days before. Generated from shared/rows.
WITH compared AS (
  SELECT
    hour, url_key, url, host, mentions,
    COALESCE(SUM(mentions) OVER (
      PARTITION BY url_key ORDER BY UNIX_SECONDS(hour)
      RANGE BETWEEN ${daySeconds} PRECEDING AND ${hourSeconds} PRECEDING
    ), 0) / 24 AS mean_of_day,
    COALESCE(SUM(mentions) OVER (
      PARTITION BY url_key, EXTRACT(HOUR FROM hour) ORDER BY UNIX_SECONDS(hour)
      RANGE BETWEEN ${7 * daySeconds} PRECEDING AND ${daySeconds} PRECEDING
    ), 0) / 7 AS mean_of_week
  FROM \`\${dataset}.url_hours\`
  WHERE hour >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 9 DAY)
)
SELECT
  hour, url_key, url, host, mentions, mean_of_day, mean_of_week,
  (mentions - GREATEST(mean_of_day, mean_of_week))
    / SQRT(GREATEST(mean_of_day, mean_of_week) + 1) AS score
FROM compared
WHERE hour >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 1 DAY)
  AND mentions > GREATEST(mean_of_day, mean_of_week)
`,
  columns: {
    hour,
    ...page,
    mentions,
    mean_of_day: "Mean mentions of the 24 hours before; hours without any count",
    mean_of_week: "Mean mentions of this hour in the seven days before",
    score: "How far it is above the greater mean, in standard deviations of it",
  },
};

const urlLifetimes: View = {
  name: "url_lifetimes",
  description: "When each page was first shared, most shared, and half done",
  sql: `-- When each page was first shared, most shared, and half done. Generated from shared/rows.
WITH running AS (
  SELECT
    hour, url_key, url, host, mentions,
    SUM(mentions) OVER (PARTITION BY url_key ORDER BY hour) AS so_far,
    SUM(mentions) OVER (PARTITION BY url_key) AS total
  FROM \`\${dataset}.url_hours\`
)
SELECT
  url_key, ${first("url")},
  ${first("host")},
  SUM(mentions) AS mentions, COUNT(*) AS \`hours\`,
  MIN(hour) AS first_hour, MAX(hour) AS last_hour,
  ARRAY_AGG(hour ORDER BY mentions DESC, hour LIMIT 1)[SAFE_OFFSET(0)] AS peak_hour,
  MAX(mentions) AS peak_mentions,
  TIMESTAMP_DIFF(MIN(IF(2 * so_far >= total, hour, NULL)), MIN(hour), HOUR) AS half_life_hours
FROM running
GROUP BY url_key
`,
  columns: {
    ...page,
    mentions,
    hours: "Hours in which it is shared",
    first_hour: "UTC hour in which it was first shared",
    last_hour: "UTC hour in which it was last shared",
    peak_hour: "First UTC hour with the most mentions",
    peak_mentions: "Mentions in that hour",
    half_life_hours: "Hours from the first until half of all mentions are there",
  },
};

/** What analysts ask of links, from the hours of stream `url-mentions`. */
export const urlViews: readonly View[] = [topUrls, topHosts, urlDays, trendingUrls, urlLifetimes];
