-- Who moved whom in each hour, with the first and the last time. Generated from shared/rows.
SELECT
  event.hour,
  event.influencer,
  event.influenced,
  COUNT(*) AS interactions,
  COUNTIF(event.is_reshare) AS reshares,
  SUM(event.weight) AS score,
  MIN(event.event_time) AS first_at,
  MAX(event.event_time) AS last_at
FROM `${dataset}.interaction_events` AS event
GROUP BY event.hour, event.influencer, event.influenced
