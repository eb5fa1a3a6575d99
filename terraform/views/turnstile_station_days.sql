-- Passages by station and local day. Names alone do not tell stations apart: five are
-- called 86 ST. Generated from shared/rows.
SELECT
  station,
  linename,
  division,
  DATE(local_time) AS local_date,
  SUM(entries) AS entries,
  SUM(exits) AS exits
FROM `${dataset}.turnstile_passages`
GROUP BY station, linename, division, local_date
