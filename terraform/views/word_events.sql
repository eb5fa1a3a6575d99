-- Words of texts, counted by document in the hour it was uploaded: every event that counts, once for its key. Generated from shared/streams.
WITH delivered AS (
  SELECT
    increment.hour,
    increment.document,
    increment.word,
    increment.landed_at,
    event.id,
    event.occurrences,
    event.revision
  FROM `${dataset}.word_hour_increments` AS increment, UNNEST(increment.events) AS event
), retracted AS (
  SELECT retracted_hour AS hour, MAX(retraction.landed_before) AS landed_before
  FROM `${dataset}.retractions` AS retraction, UNNEST(
    GENERATE_TIMESTAMP_ARRAY(retraction.hour_from, retraction.hour_to, INTERVAL 1 HOUR)
  ) AS retracted_hour
  WHERE retraction.stream = 'word-counts' AND retracted_hour < retraction.hour_to
  GROUP BY retracted_hour
), counted AS (
  SELECT event.*
  FROM delivered AS event
  LEFT JOIN retracted ON retracted.hour = event.hour
  WHERE (retracted.hour IS NULL OR event.landed_at >= retracted.landed_before)
  QUALIFY event.revision =
    MAX(event.revision) OVER (PARTITION BY event.hour, event.id)
), distinct_events AS (
  SELECT event.*
  FROM counted AS event
  WHERE TRUE
  QUALIFY ROW_NUMBER() OVER (
    PARTITION BY event.hour, event.document, event.word, event.id
    ORDER BY event.occurrences DESC, event.revision
  ) = 1
)
SELECT event.* EXCEPT (landed_at)
FROM distinct_events AS event
WHERE event.document IS NOT NULL AND event.word IS NOT NULL
