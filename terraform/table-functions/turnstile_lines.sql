-- Windows as lines of 13 fields, as streams of turnstiles have them. Generated from shared/rows.
SELECT
  ca AS CA,
  unit AS UNIT,
  scp AS SCP,
  station AS STATION,
  linename AS LINENAME,
  division AS DIVISION,
  FORMAT_DATE('%m-%d-%y', local_date) AS `DATE`,
  FORMAT_TIMESTAMP('%H:%M:%S', TIMESTAMP_ADD(TIMESTAMP_SECONDS((window_number + 1) * length_minutes * 60), INTERVAL MIN(utc_offset_minutes) MINUTE)) AS `TIME`,
  description AS `DESC`,
  SUM(entries) AS ENTRIES,
  SUM(exits) AS EXITS,
  CONCAT(ca, '/', unit, '/', scp, '/', description, '/', CAST(window_number AS STRING)) AS ID,
  FORMAT_TIMESTAMP('%Y-%m-%d %H:%M:%S', TIMESTAMP_ADD(TIMESTAMP_SECONDS((window_number + 1) * length_minutes * 60), INTERVAL MIN(utc_offset_minutes) MINUTE)) AS `TIMESTAMP`
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
