import { interactions } from "../streams/interactions.ts";
import type { View } from "./view.ts";

const { influencer, influenced, source } = interactions.event.shape;
const sums = {
  interactions: "Posts of the one that react to the other",
  reshares: "Those of them that pass on what the other has said",
};
const times = { first_at: "The first of them, UTC", last_at: "The last of them, UTC" };
const score = "Sum of what they weigh";

const pairs: View = {
  name: "interaction_pairs",
  description: "Who moved whom in each hour, with the first and the last time",
  sql: `-- Who moved whom in each hour, with the first and the last time. Generated from shared/rows.
SELECT
  event.hour,
  event.influencer,
  event.influenced,
  COUNT(*) AS interactions,
  COUNTIF(event.is_reshare) AS reshares,
  SUM(event.weight) AS score,
  MIN(event.event_time) AS first_at,
  MAX(event.event_time) AS last_at
FROM \`\${dataset}.interaction_events\` AS event
GROUP BY event.hour, event.influencer, event.influenced
`,
  columns: {
    hour: "Start of the UTC hour",
    influencer: influencer.description ?? "",
    influenced: influenced.description ?? "",
    ...sums,
    score,
    ...times,
  },
};

const graph: View = {
  name: "reaction_graph",
  description:
    "Edges from those who react to whom they react to, in the columns that graph tools know",
  sql: `-- Edges from those who react to whom they react to, in the columns that graph tools know: networkx
-- and Gephi take them as they are. Generated from shared/rows.
SELECT
  pair.influenced AS source,
  pair.influencer AS target,
  SUM(pair.score) AS weight,
  SUM(pair.interactions) AS interactions,
  SUM(pair.reshares) AS reshares,
  MIN(pair.first_at) AS first_at,
  MAX(pair.last_at) AS last_at
FROM \`\${dataset}.interaction_pairs\` AS pair
GROUP BY source, target
`,
  columns: {
    source: "Who reacts, by id",
    target: "Whom they react to, by id",
    weight: score,
    ...sums,
    ...times,
  },
};

const influencers: View = {
  name: "top_influencers",
  description: "Who moves most, of all and among those with as many followers, by network",
  sql: `-- Who moves most, of all and among those with as many followers (0, 10, 100, …), by network.
-- Generated from shared/rows.
WITH influencer AS (
  SELECT
    event.source,
    event.influencer,
    COUNT(*) AS interactions,
    COUNTIF(event.is_reshare) AS reshares,
    COUNT(DISTINCT event.influenced) AS influenced,
    SUM(event.weight) AS score,
    MAX(event.influencer_followers) AS followers
  FROM \`\${dataset}.interaction_events\` AS event
  GROUP BY event.source, event.influencer
), bucketed AS (
  SELECT
    influencer.*,
    CASE
      WHEN followers < 10 THEN 0
      ELSE CAST(CONCAT('1', REPEAT('0', LENGTH(CAST(followers AS STRING)) - 1)) AS INT64)
    END AS follower_bucket
  FROM influencer
)
SELECT
  bucketed.*,
  RANK() OVER (PARTITION BY source ORDER BY score DESC) AS source_rank,
  RANK() OVER (PARTITION BY source, follower_bucket ORDER BY score DESC) AS bucket_rank
FROM bucketed
`,
  columns: {
    source: source.description ?? "",
    influencer: influencer.description ?? "",
    ...sums,
    influenced: "How many others have reacted",
    score,
    followers: "Most followers that the source has told of",
    follower_bucket: "The same, rounded down to 0, 10, 100, 1,000 …",
    source_rank: "Place in the network, by score",
    bucket_rank: "Place among those of the network with as many followers, by score",
  },
};

const influencersByHost: View = {
  name: "top_influencers_by_host",
  description: "Of each host, those who share its pages, ranked by how much they move others",
  sql: `-- Of each host, those who share its pages, ranked by how much they move others. Generated from shared/rows.
WITH influencer AS (
  SELECT event.influencer, COUNT(*) AS interactions, SUM(event.weight) AS score
  FROM \`\${dataset}.interaction_events\` AS event
  GROUP BY event.influencer
), sharer AS (
  SELECT mention.host, mention.author, COUNT(DISTINCT mention.id) AS shares
  FROM \`\${dataset}.url_events\` AS mention
  WHERE mention.author IS NOT NULL
  GROUP BY mention.host, mention.author
)
SELECT
  sharer.host,
  influencer.influencer,
  sharer.shares,
  influencer.interactions,
  influencer.score,
  RANK() OVER (PARTITION BY sharer.host ORDER BY influencer.score DESC) AS host_rank
FROM sharer
JOIN influencer ON influencer.influencer = sharer.author
`,
  columns: {
    host: "Host of the pages",
    influencer: influencer.description ?? "",
    shares: "Posts that share pages of the host",
    interactions: "Posts of others that react to them, wherever",
    score,
    host_rank: "Place among those who share pages of the host, by score",
  },
};

/** Who moves whom, for people. They read `interaction_events` and `url_events`. */
export const interactionViews: readonly View[] = [pairs, graph, influencers, influencersByHost];
