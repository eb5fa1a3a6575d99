-- The 100 pages of each hour that most posts share. Generated from shared/rows.
SELECT
  hour, url_key, url, host, title, mentions, authors, originals,
  ROW_NUMBER() OVER (PARTITION BY hour ORDER BY mentions DESC, url_key) AS position
FROM `${dataset}.url_hours`
WHERE TRUE
QUALIFY position <= 100
