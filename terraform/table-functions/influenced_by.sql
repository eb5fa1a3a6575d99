-- Who reacts to a user. Generated from shared/rows.
SELECT
  pair.influenced,
  SUM(pair.interactions) AS interactions,
  SUM(pair.reshares) AS reshares,
  SUM(pair.score) AS score,
  MIN(pair.first_at) AS first_at,
  MAX(pair.last_at) AS last_at
FROM `${dataset}.interaction_pairs` AS pair
WHERE pair.influencer = user_id
GROUP BY pair.influenced
