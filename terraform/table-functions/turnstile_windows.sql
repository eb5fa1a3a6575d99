-- Passages that streams tell of, each once, by device, local date and window. Generated from shared/rows.
SELECT
  TIMESTAMP_SECONDS(window_number * length_minutes * 60) AS window_start,
  TIMESTAMP_SECONDS((window_number + 1) * length_minutes * 60) AS window_end,
  ca, unit, scp, station, linename, division, description,
  local_date,
  COUNT(*) AS readings,
  SUM(entries) AS entries,
  SUM(exits) AS exits
FROM (
  SELECT
    event.*,
    DATE(TIMESTAMP_ADD(event_time, INTERVAL utc_offset_minutes MINUTE)) AS local_date,
    DIV(
      UNIX_SECONDS(event_time),
      60 * IF(length_minutes >= 5, length_minutes, ERROR('length_minutes must be 5 or more'))
    ) AS window_number
  FROM `${dataset}.turnstile_events` AS event
)
GROUP BY window_number, ca, unit, scp, station, linename, division, description, local_date
