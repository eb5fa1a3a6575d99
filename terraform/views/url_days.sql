-- Shares of links by page and UTC day. Who shares a page in two hours would be two authors: they are
-- left out. Generated from shared/rows.
SELECT
  DATE(hour) AS day, url_key, ARRAY_AGG(url IGNORE NULLS ORDER BY hour LIMIT 1)[SAFE_OFFSET(0)] AS url,
  ARRAY_AGG(host IGNORE NULLS ORDER BY hour LIMIT 1)[SAFE_OFFSET(0)] AS host,
  SUM(mentions) AS mentions, SUM(originals) AS originals, COUNT(*) AS `hours`,
  MAX(mentions) AS peak_mentions
FROM `${dataset}.url_hours`
GROUP BY day, url_key
