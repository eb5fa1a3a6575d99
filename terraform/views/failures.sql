-- Every failed event without its bytes, and whether it was sent back. Generated from shared/rows.
SELECT
  failed.landed_at, failed.first_seen, failed.id, failed.stage, failed.reason, failed.items,
  EXISTS (
    SELECT 1 FROM `${dataset}.redrives` AS redrive WHERE redrive.failed_event_id = failed.id
  ) AS is_redriven
FROM `${dataset}.failed_events` AS failed
