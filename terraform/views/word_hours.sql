-- Words of texts, counted by document in the hour it was uploaded: counts by UTC hour, closed hours from their totals. Generated from
-- shared/streams.
WITH delivered AS (
  SELECT
    increment.hour,
    increment.document,
    increment.word,
    increment.landed_at,
    event.id,
    event.occurrences,
    event.revision
  FROM (
    SELECT * FROM `${dataset}.word_hour_increments` AS increment
    WHERE increment.landed_at >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 2 DAY)
  ) AS increment, UNNEST(increment.events) AS event
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
), open_hours AS (
  SELECT
    event.hour,
    event.document,
    event.word,
    COALESCE(SUM(event.occurrences), 0) AS occurrences
  FROM (
    SELECT event.*
    FROM counted AS event
    WHERE TRUE
    QUALIFY ROW_NUMBER() OVER (
      PARTITION BY event.hour, event.document, event.word, event.id
      ORDER BY event.occurrences DESC, event.revision
    ) = 1
  ) AS event
  WHERE event.document IS NOT NULL AND event.word IS NOT NULL
  GROUP BY event.hour, event.document, event.word
), revised AS (
  SELECT hour, document, word, occurrences, revision, closing.keys IS NOT NULL AS is_header
  FROM `${dataset}.word_hour_totals` AS total
  UNION ALL
  SELECT hour, document, word, occurrences, 0 AS revision, FALSE AS is_header
  FROM open_hours
)
SELECT hour, document, word, occurrences
FROM revised
WHERE TRUE
QUALIFY NOT is_header
  AND revision = COALESCE(MAX(IF(is_header, revision, NULL)) OVER (PARTITION BY hour), 0)
