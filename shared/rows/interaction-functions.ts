import type { TableFunction } from "./table-function.ts";

/** Who is at the other side of a user's interactions: `other` and `own` are columns of the pairs. */
const othersSql = (other: string, own: string): string => `SELECT
  pair.${other},
  SUM(pair.interactions) AS interactions,
  SUM(pair.reshares) AS reshares,
  SUM(pair.score) AS score,
  MIN(pair.first_at) AS first_at,
  MAX(pair.last_at) AS last_at
FROM \`\${dataset}.interaction_pairs\` AS pair
WHERE pair.${own} = user_id
GROUP BY pair.${other}
`;

/** What is asked of interactions for a time, a user or a page of one's own. */
export const interactionFunctions: readonly TableFunction[] = [
  {
    name: "interaction_scores",
    description:
      "How much each pair weighs at a time, past ones too, where what is older weighs less: by half for each half-life, and by 1 / (days + 1)",
    arguments: [
      { name: "as_of", type: "TIMESTAMP" },
      { name: "half_life_days", type: "INT64" },
    ],
    sql: `-- How much each pair weighs at a time, where what is older weighs less. Generated from shared/rows.
SELECT
  event.influencer,
  event.influenced,
  COUNT(*) AS interactions,
  SUM(event.weight) AS score,
  SUM(
    event.weight
      * POW(0.5, TIMESTAMP_DIFF(as_of, event.event_time, SECOND) / (half_life_days * 86400))
  ) AS half_life_score,
  SUM(event.weight / (TIMESTAMP_DIFF(as_of, event.event_time, DAY) + 1)) AS days_score
FROM \`\${dataset}.interaction_events\` AS event
WHERE event.event_time <= as_of
GROUP BY event.influencer, event.influenced
`,
  },
  {
    name: "influencers_of",
    description: "Whom a user reacts to, with how much that weighs, and since when",
    arguments: [{ name: "user_id", type: "STRING" }],
    sql: `-- Whom a user reacts to. Generated from shared/rows.
${othersSql("influencer", "influenced")}`,
  },
  {
    name: "influenced_by",
    description: "Who reacts to a user, with how much that weighs, and since when",
    arguments: [{ name: "user_id", type: "STRING" }],
    sql: `-- Who reacts to a user. Generated from shared/rows.
${othersSql("influenced", "influencer")}`,
  },
  {
    name: "conversation_of",
    description: "Who shared a page after whom, and to whom the post reacts that shares it",
    arguments: [{ name: "page_key", type: "STRING" }],
    sql: `-- Who shared a page after whom, and to whom the post reacts that shares it. Generated from shared/rows.
WITH reaction AS (
  SELECT
    event.id,
    ARRAY_AGG(event.influencer ORDER BY event.weight DESC, event.influencer LIMIT 1)[SAFE_OFFSET(0)]
      AS influencer
  FROM \`\${dataset}.interaction_events\` AS event
  GROUP BY event.id
)
SELECT
  post.event_time AS shared_at,
  mention.author,
  mention.source,
  mention.kind,
  mention.id,
  LAG(mention.author) OVER in_time AS after_author,
  ROW_NUMBER() OVER in_time AS position,
  reaction.influencer AS reacts_to
FROM \`\${dataset}.url_events\` AS mention
JOIN \`\${dataset}.posts_latest\` AS post ON post.id = mention.id
LEFT JOIN reaction ON reaction.id = mention.id
WHERE mention.url_key = page_key
WINDOW in_time AS (ORDER BY post.event_time, mention.id)
`,
  },
];
