-- The 100 hosts of each hour whose pages most posts share. A post that shares two pages of a
-- host counts for each. Generated from shared/rows.
SELECT
  hour, host, SUM(mentions) AS mentions, SUM(originals) AS originals, COUNT(*) AS pages,
  ROW_NUMBER() OVER (PARTITION BY hour ORDER BY SUM(mentions) DESC, host) AS position
FROM `${dataset}.url_hours`
WHERE host IS NOT NULL
GROUP BY hour, host
QUALIFY position <= 100
