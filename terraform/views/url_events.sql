-- Shares of links, counted by the page they show: every event that counts, once for its key. Generated from shared/streams.
WITH delivered AS (
  SELECT
    increment.hour,
    increment.url_key,
    increment.url,
    increment.host,
    increment.title,
    increment.landed_at,
    event.id,
    event.author,
    event.kind,
    event.source,
    event.revision,
    event.alias
  FROM `${dataset}.url_hour_increments` AS increment, UNNEST(increment.events) AS event
), retracted AS (
  SELECT retracted_hour AS hour, MAX(retraction.landed_before) AS landed_before
  FROM `${dataset}.retractions` AS retraction, UNNEST(
    GENERATE_TIMESTAMP_ARRAY(retraction.hour_from, retraction.hour_to, INTERVAL 1 HOUR)
  ) AS retracted_hour
  WHERE retraction.stream = 'url-mentions' AND retracted_hour < retraction.hour_to
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
      SELECT 1 FROM `${dataset}.tombstones` AS tombstone WHERE tombstone.id = CONCAT(event.author, '/*')
    )
  QUALIFY event.revision =
    MAX(event.revision) OVER (PARTITION BY event.hour, event.id)
), distinct_events AS (
  SELECT event.*
  FROM counted AS event
  WHERE TRUE
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY event.hour, event.url_key, event.id
    ORDER BY event.url, event.host, event.title, event.author, event.kind, event.source, event.revision, event.alias
  ) = 1
)
SELECT event.* EXCEPT (landed_at)
FROM distinct_events AS event
WHERE event.url_key IS NOT NULL
