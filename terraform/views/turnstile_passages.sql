-- Passages through turnstiles: intervals of registers, each at its end, and increments of streams.
-- Generated from shared/rows.
SELECT
  ca, unit, scp,
  station, linename, division,
  read_at,
  DATETIME(TIMESTAMP_ADD(read_at, INTERVAL utc_offset_minutes MINUTE)) AS local_time,
  entries,
  exits,
  'registers' AS origin
FROM `${dataset}.turnstile_moves`
WHERE outcome = 'counted'
UNION ALL
SELECT
  ca, unit, scp,
  station, linename, division,
  event_time AS read_at,
  DATETIME(TIMESTAMP_ADD(event_time, INTERVAL utc_offset_minutes MINUTE)) AS local_time,
  entries,
  exits,
  'increments' AS origin
FROM `${dataset}.turnstile_events`
