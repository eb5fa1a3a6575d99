-- Passages by station and slot of four hours of the local day, with the number of days. Names alone do not tell stations apart: five are
-- called 86 ST. Generated from shared/rows.
SELECT
  station,
  linename,
  division,
  DIV(EXTRACT(HOUR FROM local_time), 4) AS slot,
  CASE DIV(EXTRACT(HOUR FROM local_time), 4) WHEN 0 THEN '00:00' WHEN 1 THEN '04:00' WHEN 2 THEN '08:00' WHEN 3 THEN '12:00' WHEN 4 THEN '16:00' WHEN 5 THEN '20:00' END AS slot_start,
  COUNT(DISTINCT DATE(local_time)) AS days,
  SUM(entries) AS entries,
  SUM(exits) AS exits
FROM `${dataset}.turnstile_passages`
GROUP BY station, linename, division, slot, slot_start
