-- When each page was first shared, most shared, and half done. Generated from shared/rows.
WITH running AS (
  SELECT
    hour, url_key, url, host, mentions,
    SUM(mentions) OVER (PARTITION BY url_key ORDER BY hour) AS so_far,
    SUM(mentions) OVER (PARTITION BY url_key) AS total
  FROM `${dataset}.url_hours`
)
SELECT
  url_key, ARRAY_AGG(url IGNORE NULLS ORDER BY hour LIMIT 1)[SAFE_OFFSET(0)] AS url,
  ARRAY_AGG(host IGNORE NULLS ORDER BY hour LIMIT 1)[SAFE_OFFSET(0)] AS host,
  SUM(mentions) AS mentions, COUNT(*) AS `hours`,
  MIN(hour) AS first_hour, MAX(hour) AS last_hour,
  ARRAY_AGG(hour ORDER BY mentions DESC, hour LIMIT 1)[SAFE_OFFSET(0)] AS peak_hour,
  MAX(mentions) AS peak_mentions,
  TIMESTAMP_DIFF(MIN(IF(2 * so_far >= total, hour, NULL)), MIN(hour), HOUR) AS half_life_hours
FROM running
GROUP BY url_key
