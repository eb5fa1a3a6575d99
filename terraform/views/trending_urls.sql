-- Pages of the last 24 hours that are shared more than they used to be: each hour against the 24
-- before it, and against the same hour of the seven days before. Generated from shared/rows.
WITH compared AS (
  SELECT
    hour, url_key, url, host, mentions,
    COALESCE(SUM(mentions) OVER (
      PARTITION BY url_key ORDER BY UNIX_SECONDS(hour)
      RANGE BETWEEN 86400 PRECEDING AND 3600 PRECEDING
    ), 0) / 24 AS mean_of_day,
    COALESCE(SUM(mentions) OVER (
      PARTITION BY url_key, EXTRACT(HOUR FROM hour) ORDER BY UNIX_SECONDS(hour)
      RANGE BETWEEN 604800 PRECEDING AND 86400 PRECEDING
    ), 0) / 7 AS mean_of_week
  FROM `${dataset}.url_hours`
  WHERE hour >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 9 DAY)
)
SELECT
  hour, url_key, url, host, mentions, mean_of_day, mean_of_week,
  (mentions - GREATEST(mean_of_day, mean_of_week))
    / SQRT(GREATEST(mean_of_day, mean_of_week) + 1) AS score
FROM compared
WHERE hour >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 1 DAY)
  AND mentions > GREATEST(mean_of_day, mean_of_week)
