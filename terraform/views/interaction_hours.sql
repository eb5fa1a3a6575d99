-- Reposts, quotes, replies and mentions, counted by who moved whom: counts by UTC hour, closed hours from their totals. Generated from
-- shared/streams.
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
  FROM (
    SELECT * FROM `${dataset}.interaction_hour_increments` AS increment
    WHERE increment.landed_at >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 2 DAY)
  ) AS increment, UNNEST(increment.events) AS event
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
        AND tombstone.landed_at >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 3 DAY)
    )
    AND NOT EXISTS (
      SELECT 1 FROM `${dataset}.tombstones` AS tombstone WHERE tombstone.id = event.alias
        AND tombstone.landed_at >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 3 DAY)
    )
    AND NOT EXISTS (
      SELECT 1 FROM `${dataset}.tombstones` AS tombstone WHERE tombstone.id = CONCAT(event.influenced, '/*')
        AND tombstone.landed_at >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 3 DAY)
    )
  QUALIFY event.revision =
    MAX(event.revision) OVER (PARTITION BY event.hour, event.id)
), open_hours AS (
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
), revised AS (
  SELECT hour, influencer, influenced, interactions, score, revision, closing.keys IS NOT NULL AS is_header
  FROM `${dataset}.interaction_hour_totals` AS total
  UNION ALL
  SELECT hour, influencer, influenced, interactions, score, 0 AS revision, FALSE AS is_header
  FROM open_hours
)
SELECT hour, influencer, influenced, interactions, score
FROM revised
WHERE TRUE
QUALIFY NOT is_header
  AND revision = COALESCE(MAX(IF(is_header, revision, NULL)) OVER (PARTITION BY hour), 0)
