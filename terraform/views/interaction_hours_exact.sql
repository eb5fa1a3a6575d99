-- Reposts, quotes, replies and mentions, counted by who moved whom: exact counts by UTC hour. Generated from shared/streams.
WITH delivered AS (
  SELECT
    increment.hour,
    increment.influencer,
    increment.influenced,
    increment.landed_at,
    event.id,
    event.event_time,
    event.kind,
    event.is_reshare,
    event.target,
    event.influencer_followers,
    event.source,
    event.weight,
    event.revision,
    event.alias
  FROM `${dataset}.interaction_hour_increments` AS increment, UNNEST(increment.events) AS event
), retracted AS (
  SELECT retracted_hour AS hour, MAX(retraction.landed_before) AS landed_before
  FROM `${dataset}.retractions` AS retraction, UNNEST(
    GENERATE_TIMESTAMP_ARRAY(retraction.hour_from, retraction.hour_to, INTERVAL 1 HOUR)
  ) AS retracted_hour
  WHERE retraction.stream = 'interactions' AND retracted_hour < retraction.hour_to
  GROUP BY retracted_hour
), counted AS (
  SELECT event.*
  FROM delivered AS event
  LEFT JOIN retracted ON retracted.hour = event.hour
  WHERE (retracted.hour IS NULL OR event.landed_at >= retracted.landed_before)
    AND NOT EXISTS (
      SELECT 1 FROM `${dataset}.tombstones` AS tombstone WHERE tombstone.id = event.id
    )
    AND NOT EXISTS (
      SELECT 1 FROM `${dataset}.tombstones` AS tombstone WHERE tombstone.id = event.alias
    )
    AND NOT EXISTS (
      SELECT 1 FROM `${dataset}.tombstones` AS tombstone WHERE tombstone.id = CONCAT(event.influenced, '/*')
    )
  QUALIFY event.revision =
    MAX(event.revision) OVER (PARTITION BY event.hour, event.id)
)
SELECT
  event.hour,
  event.influencer,
  event.influenced,
  COUNT(DISTINCT event.id) AS interactions,
  COALESCE(SUM(event.weight), 0) AS score
FROM (
  SELECT event.*
  FROM counted AS event
  WHERE TRUE
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY event.hour, event.influencer, event.influenced, event.id
    ORDER BY event.weight DESC, event.event_time, event.kind, event.is_reshare, event.target, event.influencer_followers, event.source, event.revision, event.alias
  ) = 1
) AS event
WHERE event.influencer IS NOT NULL AND event.influenced IS NOT NULL
GROUP BY event.hour, event.influencer, event.influenced
