-- Passages by station and hour. Names alone do not tell stations apart: five are
-- called 86 ST. Generated from shared/rows.
SELECT
  station,
  linename,
  division,
  TIMESTAMP_TRUNC(read_at, HOUR) AS hour,
  DATETIME_TRUNC(local_time, HOUR) AS local_hour,
  SUM(entries) AS entries,
  SUM(exits) AS exits
FROM `${dataset}.turnstile_passages`
GROUP BY station, linename, division, hour, local_hour
