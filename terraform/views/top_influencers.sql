-- Who moves most, of all and among those with as many followers (0, 10, 100, …), by network.
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
  FROM `${dataset}.interaction_events` AS event
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
