-- Whom a user reacts to. Generated from shared/rows.
SELECT
  pair.influencer,
  SUM(pair.interactions) AS interactions,
  SUM(pair.reshares) AS reshares,
  SUM(pair.score) AS score,
  MIN(pair.first_at) AS first_at,
  MAX(pair.last_at) AS last_at
FROM `${dataset}.interaction_pairs` AS pair
WHERE pair.influenced = user_id
GROUP BY pair.influencer
