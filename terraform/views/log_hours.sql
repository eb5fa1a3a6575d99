-- Entries of logs, by the service that wrote them, its host and their status: counts by UTC hour, closed hours from their totals. Generated from
-- shared/streams.
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
  FROM (
    SELECT * FROM `${dataset}.log_hour_increments` AS increment
    WHERE increment.landed_at >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 2 DAY)
  ) AS increment, UNNEST(increment.events) AS event
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
), open_hours AS (
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
), revised AS (
  SELECT hour, service, host, status, entries, bytes, errors, server_errors, revision, closing.keys IS NOT NULL AS is_header
  FROM `${dataset}.log_hour_totals` AS total
  UNION ALL
  SELECT hour, service, host, status, entries, bytes, errors, server_errors, 0 AS revision, FALSE AS is_header
  FROM open_hours
)
SELECT hour, service, host, status, entries, bytes, errors, server_errors
FROM revised
WHERE TRUE
QUALIFY NOT is_header
  AND revision = COALESCE(MAX(IF(is_header, revision, NULL)) OVER (PARTITION BY hour), 0)
