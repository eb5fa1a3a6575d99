-- How long paths take, by UTC day, where logs tell it: order by p95_ms. Generated from shared/rows.
SELECT
  DATE(hour) AS day,
  service,
  host,
  path,
  COUNT(*) AS entries,
  AVG(duration_us) / 1000 AS mean_ms,
  APPROX_QUANTILES(duration_us, 100)[OFFSET(95)] / 1000 AS p95_ms,
  MAX(duration_us) / 1000 AS longest_ms
FROM `${dataset}.log_events`
WHERE path IS NOT NULL AND duration_us IS NOT NULL
GROUP BY day, service, host, path
