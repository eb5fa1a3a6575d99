-- Entries of logs, by the service that wrote them, its host and their status: exact counts by UTC hour. Generated from shared/streams.
WITH delivered AS (
  SELECT
    increment.hour,
    increment.service,
    increment.host,
    increment.status,
    increment.landed_at,
    event.id,
    event.outcome,
    event.method,
    event.path,
    event.user,
    event.duration_us,
    event.bytes
  FROM `${dataset}.log_hour_increments` AS increment, UNNEST(increment.events) AS event
), retracted AS (
  SELECT retracted_hour AS hour, MAX(retraction.landed_before) AS landed_before
  FROM `${dataset}.retractions` AS retraction, UNNEST(
    GENERATE_TIMESTAMP_ARRAY(retraction.hour_from, retraction.hour_to, INTERVAL 1 HOUR)
  ) AS retracted_hour
  WHERE retraction.stream = 'log-entries' AND retracted_hour < retraction.hour_to
  GROUP BY retracted_hour
), counted AS (
  SELECT event.*
  FROM delivered AS event
  LEFT JOIN retracted ON retracted.hour = event.hour
  WHERE (retracted.hour IS NULL OR event.landed_at >= retracted.landed_before)
)
SELECT
  event.hour,
  event.service,
  event.host,
  event.status,
  COUNT(DISTINCT event.id) AS entries,
  COALESCE(SUM(event.bytes), 0) AS bytes,
  COUNT(DISTINCT IF(event.outcome != 'ok', event.id, NULL)) AS errors,
  COUNT(DISTINCT IF(event.outcome = 'server-error', event.id, NULL)) AS server_errors
FROM (
  SELECT event.*
  FROM counted AS event
  WHERE TRUE
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY event.hour, event.service, event.host, event.status, event.id
    ORDER BY event.bytes DESC, event.outcome, event.method, event.path, event.user, event.duration_us
  ) = 1
) AS event
GROUP BY event.hour, event.service, event.host, event.status
