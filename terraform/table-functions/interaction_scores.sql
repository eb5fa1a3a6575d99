-- How much each pair weighs at a time, where what is older weighs less. Generated from shared/rows.
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
FROM `${dataset}.interaction_events` AS event
WHERE event.event_time <= as_of
GROUP BY event.influencer, event.influenced
