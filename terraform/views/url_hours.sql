-- Shares of links, counted by the page they show: exact counts by UTC hour. Generated from shared/streams.
WITH delivered AS (
  SELECT
    increment.hour,
    increment.url_key,
    increment.url,
    increment.host,
    increment.key_version,
    increment.appended_at,
    event.id,
    event.author,
    event.kind
  FROM `${dataset}.url_hour_increments` AS increment, UNNEST(increment.events) AS event
), retracted AS (
  SELECT retracted_hour AS hour, MAX(retraction.appended_before) AS appended_before
  FROM `${dataset}.retractions` AS retraction, UNNEST(
    GENERATE_TIMESTAMP_ARRAY(retraction.hour_from, retraction.hour_to, INTERVAL 1 HOUR)
  ) AS retracted_hour
  WHERE retraction.stream = 'url-mentions' AND retracted_hour < retraction.hour_to
  GROUP BY retracted_hour
), counted AS (
  SELECT event.*
  FROM delivered AS event
  LEFT JOIN retracted ON retracted.hour = event.hour
  WHERE (retracted.hour IS NULL OR event.appended_at >= retracted.appended_before)
    AND NOT EXISTS (
      SELECT 1 FROM `${dataset}.tweets` AS tombstone
      WHERE outcome = 'delete' AND tombstone.id = event.id
    )
  QUALIFY event.key_version =
    MAX(event.key_version) OVER (PARTITION BY event.hour, event.id)
)
SELECT
  event.hour,
  event.url_key,
  ARRAY_AGG(event.url ORDER BY event.id, event.url LIMIT 1)[OFFSET(0)] AS url,
  ARRAY_AGG(event.host ORDER BY event.id, event.host LIMIT 1)[OFFSET(0)] AS host,
  COUNT(DISTINCT event.id) AS mentions,
  COUNT(DISTINCT event.author) AS authors,
  COUNT(DISTINCT IF(event.kind != 'retweet', event.id, NULL)) AS originals
FROM counted AS event
GROUP BY event.hour, event.url_key
