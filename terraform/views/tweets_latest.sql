-- Every tweet once, as it was last delivered; none that was deleted, whenever that was told.
-- Generated from shared/rows.
SELECT *
FROM `${dataset}.tweets` AS tweet
WHERE tweet.outcome = 'tweet'
  AND NOT EXISTS (
      SELECT 1 FROM `${dataset}.tweets` AS tombstone
      WHERE outcome = 'delete' AND tombstone.id = tweet.id
    )
QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY received_at DESC, message_id, position) = 1
