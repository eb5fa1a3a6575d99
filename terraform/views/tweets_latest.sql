-- Every tweet once, as it was last delivered. Generated from shared/rows.
SELECT *
FROM `${dataset}.tweets`
WHERE outcome = 'tweet'
QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY received_at DESC, message_id, position) = 1
