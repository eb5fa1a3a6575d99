-- Posts by UTC hour: how many, by how many, of what kinds. Generated from shared/rows.
SELECT
  TIMESTAMP_TRUNC(event_time, HOUR) AS hour, COUNT(*) AS posts,
  COUNT(DISTINCT author) AS authors, SUM(ARRAY_LENGTH(links)) AS links,
  COUNTIF(kind = 'repost') AS reposts, COUNTIF(kind = 'quote') AS quotes,
  COUNTIF(kind = 'reply') AS replies, COUNT(DISTINCT language) AS languages,
  COUNT(DISTINCT source) AS sources
FROM `${dataset}.posts_latest`
GROUP BY hour
