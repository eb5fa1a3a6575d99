-- Of each host, those who share its pages, ranked by how much they move others. Generated from shared/rows.
WITH influencer AS (
  SELECT event.influencer, COUNT(*) AS interactions, SUM(event.weight) AS score
  FROM `${dataset}.interaction_events` AS event
  GROUP BY event.influencer
), sharer AS (
  SELECT mention.host, mention.author, COUNT(DISTINCT mention.id) AS shares
  FROM `${dataset}.url_events` AS mention
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
