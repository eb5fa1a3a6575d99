-- Edges from those who react to whom they react to, in the columns that graph tools know: networkx
-- and Gephi take them as they are. Generated from shared/rows.
SELECT
  pair.influenced AS source,
  pair.influencer AS target,
  SUM(pair.score) AS weight,
  SUM(pair.interactions) AS interactions,
  SUM(pair.reshares) AS reshares,
  MIN(pair.first_at) AS first_at,
  MAX(pair.last_at) AS last_at
FROM `${dataset}.interaction_pairs` AS pair
GROUP BY source, target
