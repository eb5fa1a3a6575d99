-- Who asks how often, by UTC day: hashes of addresses are others every day. Generated from shared/rows.
SELECT
  DATE(hour) AS day,
  service,
  user,
  COUNT(*) AS entries,
  SUM(bytes) AS bytes,
  COUNTIF(outcome != 'ok') AS errors
FROM `${dataset}.log_events`
WHERE user IS NOT NULL
GROUP BY day, service, user
