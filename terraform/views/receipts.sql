-- Every row of posts without what the post says: what came, when, and how late.
-- Generated from shared/rows.
SELECT
  receipt.landed_at, receipt.received_at, receipt.event_time, receipt.source, receipt.outcome,
  receipt.reason, receipt.id, receipt.message_id, receipt.position
FROM `${dataset}.posts` AS receipt
