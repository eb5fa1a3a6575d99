-- Each link once that the readings that count share and that is not counted itself: with the
-- mentions of url_hours_exact they are all shared links. Generated from shared/rows.
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
), reading AS (
  SELECT DISTINCT id, revision FROM counted
)
SELECT link.* EXCEPT (revision, landed_at)
FROM `${dataset}.unlinked` AS link
JOIN reading ON reading.id = link.id AND reading.revision = link.revision
LEFT JOIN retracted ON retracted.hour = TIMESTAMP_TRUNC(link.event_time, HOUR)
WHERE retracted.hour IS NULL OR link.landed_at >= retracted.landed_before
QUALIFY
  ROW_NUMBER() OVER (PARTITION BY link.id, link.url ORDER BY link.event_time DESC, link.slot) = 1
