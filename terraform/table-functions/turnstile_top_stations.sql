-- Stations by their passages between two local dates. Generated from shared/rows.
SELECT
  station,
  linename,
  division,
  SUM(entries) AS entries,
  SUM(exits) AS exits,
  RANK() OVER (ORDER BY SUM(entries) DESC) AS entries_rank,
  RANK() OVER (ORDER BY SUM(exits) DESC) AS exits_rank
FROM `${dataset}.turnstile_station_days`
WHERE local_date BETWEEN first_date AND last_date
GROUP BY station, linename, division
