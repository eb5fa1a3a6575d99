-- Shares of links, counted by the page they show: exact counts by UTC hour. Generated from shared/streams.
SELECT
  increment.hour,
  increment.url_key,
  ARRAY_AGG(increment.url ORDER BY event.id, increment.url LIMIT 1)[OFFSET(0)] AS url,
  ARRAY_AGG(increment.host ORDER BY event.id, increment.host LIMIT 1)[OFFSET(0)] AS host,
  COUNT(DISTINCT event.id) AS mentions,
  COUNT(DISTINCT event.author) AS authors,
  COUNT(DISTINCT IF(event.kind != 'retweet', event.id, NULL)) AS originals
FROM `${dataset}.url_hour_increments` AS increment, UNNEST(increment.events) AS event
GROUP BY increment.hour, increment.url_key
