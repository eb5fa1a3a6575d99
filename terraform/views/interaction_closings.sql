-- Reposts, quotes, replies and mentions, counted by who moved whom: closed hours, each with its newest closing. Generated from shared/streams.
SELECT
  total.hour, total.revision, total.closing.watermark, total.closing.first_landed_at,
  total.closing.keys, total.closing.events, total.closing.late
FROM `${dataset}.interaction_hour_totals` AS total
WHERE total.closing.keys IS NOT NULL
QUALIFY ROW_NUMBER() OVER (PARTITION BY total.hour ORDER BY total.revision DESC) = 1
