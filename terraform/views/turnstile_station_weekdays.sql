-- Passages by station and weekday, 1 being Sunday, with the number of days. Names alone do not tell stations apart: five are
-- called 86 ST. Generated from shared/rows.
SELECT
  station,
  linename,
  division,
  EXTRACT(DAYOFWEEK FROM local_time) AS weekday,
  CASE EXTRACT(DAYOFWEEK FROM local_time) - 1 WHEN 0 THEN 'Sunday' WHEN 1 THEN 'Monday' WHEN 2 THEN 'Tuesday' WHEN 3 THEN 'Wednesday' WHEN 4 THEN 'Thursday' WHEN 5 THEN 'Friday' WHEN 6 THEN 'Saturday' END AS weekday_name,
  COUNT(DISTINCT DATE(local_time)) AS days,
  SUM(entries) AS entries,
  SUM(exits) AS exits
FROM `${dataset}.turnstile_passages`
GROUP BY station, linename, division, weekday, weekday_name
