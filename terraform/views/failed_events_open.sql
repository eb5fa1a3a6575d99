-- Failed events that were not sent back yet, each part once. Generated from shared/rows.
SELECT *
FROM `${dataset}.failed_events` AS failed
WHERE NOT EXISTS (
  SELECT 1 FROM `${dataset}.redrives` AS redrive WHERE redrive.failed_event_id = failed.id
)
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY first_seen, stage, id, part ORDER BY function_version DESC, reason
) = 1
