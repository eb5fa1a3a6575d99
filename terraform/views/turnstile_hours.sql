-- Passages through turnstiles, as streams of increments tell them: counts by UTC hour, closed hours from their totals. Generated from
-- shared/streams.
WITH delivered AS (
  SELECT
    increment.hour,
    increment.ca,
    increment.unit,
    increment.scp,
    increment.station,
    increment.linename,
    increment.division,
    increment.description,
    increment.landed_at,
    event.id,
    event.event_time,
    event.utc_offset_minutes,
    event.entries,
    event.exits
  FROM (
    SELECT * FROM `${dataset}.turnstile_hour_increments` AS increment
    WHERE increment.landed_at >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 2 DAY)
  ) AS increment, UNNEST(increment.events) AS event
), retracted AS (
  SELECT retracted_hour AS hour, MAX(retraction.landed_before) AS landed_before
  FROM `${dataset}.retractions` AS retraction, UNNEST(
    GENERATE_TIMESTAMP_ARRAY(retraction.hour_from, retraction.hour_to, INTERVAL 1 HOUR)
  ) AS retracted_hour
  WHERE retraction.stream = 'turnstile-readings' AND retracted_hour < retraction.hour_to
  GROUP BY retracted_hour
), counted AS (
  SELECT event.*
  FROM delivered AS event
  LEFT JOIN retracted ON retracted.hour = event.hour
  WHERE (retracted.hour IS NULL OR event.landed_at >= retracted.landed_before)
), open_hours AS (
  SELECT
    event.hour,
    event.ca,
    event.unit,
    event.scp,
    event.station,
    event.linename,
    event.division,
    event.description,
    COUNT(DISTINCT event.id) AS readings,
    COALESCE(SUM(event.entries), 0) AS entries,
    COALESCE(SUM(event.exits), 0) AS exits
  FROM (
    SELECT event.*
    FROM counted AS event
    WHERE TRUE
    QUALIFY ROW_NUMBER() OVER (
      PARTITION BY event.hour, event.ca, event.unit, event.scp, event.station, event.linename, event.division, event.description, event.id
      ORDER BY event.entries DESC, event.exits DESC, event.event_time, event.utc_offset_minutes
    ) = 1
  ) AS event
  GROUP BY event.hour, event.ca, event.unit, event.scp, event.station, event.linename, event.division, event.description
), revised AS (
  SELECT hour, ca, unit, scp, station, linename, division, description, readings, entries, exits, revision, closing.keys IS NOT NULL AS is_header
  FROM `${dataset}.turnstile_hour_totals` AS total
  UNION ALL
  SELECT hour, ca, unit, scp, station, linename, division, description, readings, entries, exits, 0 AS revision, FALSE AS is_header
  FROM open_hours
)
SELECT hour, ca, unit, scp, station, linename, division, description, readings, entries, exits
FROM revised
WHERE TRUE
QUALIFY NOT is_header
  AND revision = COALESCE(MAX(IF(is_header, revision, NULL)) OVER (PARTITION BY hour), 0)
