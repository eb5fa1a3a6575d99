-- Passages through turnstiles, as streams of increments tell them: every event that counts, once for its key. Generated from shared/streams.
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
  FROM `${dataset}.turnstile_hour_increments` AS increment, UNNEST(increment.events) AS event
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
), distinct_events AS (
  SELECT event.*
  FROM counted AS event
  WHERE TRUE
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY event.hour, event.ca, event.unit, event.scp, event.station, event.linename, event.division, event.description, event.id
    ORDER BY event.entries DESC, event.exits DESC, event.event_time, event.utc_offset_minutes
  ) = 1
)
SELECT event.* EXCEPT (landed_at)
FROM distinct_events AS event
