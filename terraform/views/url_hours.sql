-- Shares of links, counted by the page they show: counts by UTC hour, closed hours from their totals. Generated from
-- shared/streams.
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
  FROM (
    SELECT * FROM `${dataset}.url_hour_increments` AS increment
    WHERE increment.landed_at >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 2 DAY)
  ) AS increment, UNNEST(increment.events) AS event
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
        AND tombstone.landed_at >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 3 DAY)
    )
    AND NOT EXISTS (
      SELECT 1 FROM `${dataset}.tombstones` AS tombstone WHERE tombstone.id = event.alias
        AND tombstone.landed_at >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 3 DAY)
    )
    AND NOT EXISTS (
      SELECT 1 FROM `${dataset}.tombstones` AS tombstone WHERE tombstone.id = CONCAT(event.author, '/*')
        AND tombstone.landed_at >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 3 DAY)
    )
  QUALIFY event.revision =
    MAX(event.revision) OVER (PARTITION BY event.hour, event.id)
), open_hours AS (
  SELECT
    event.hour,
    event.url_key,
    ARRAY_AGG(event.url IGNORE NULLS ORDER BY event.id, event.url LIMIT 1)[SAFE_OFFSET(0)] AS url,
    ARRAY_AGG(event.host IGNORE NULLS ORDER BY event.id, event.host LIMIT 1)[SAFE_OFFSET(0)] AS host,
    ARRAY_AGG(event.title IGNORE NULLS ORDER BY event.id, event.title LIMIT 1)[SAFE_OFFSET(0)] AS title,
    COUNT(DISTINCT event.id) AS mentions,
    COUNT(DISTINCT event.author) AS authors,
    COUNT(DISTINCT IF(event.kind != 'repost', event.id, NULL)) AS originals
  FROM counted AS event
  WHERE event.url_key IS NOT NULL
  GROUP BY event.hour, event.url_key
), revised AS (
  SELECT hour, url_key, url, host, title, mentions, authors, originals, revision, closing.keys IS NOT NULL AS is_header
  FROM `${dataset}.url_hour_totals` AS total
  UNION ALL
  SELECT hour, url_key, url, host, title, mentions, authors, originals, 0 AS revision, FALSE AS is_header
  FROM open_hours
)
SELECT hour, url_key, url, host, title, mentions, authors, originals
FROM revised
WHERE TRUE
QUALIFY NOT is_header
  AND revision = COALESCE(MAX(IF(is_header, revision, NULL)) OVER (PARTITION BY hour), 0)
