-- Every post once, as its best informed reading has it; none that was deleted, whenever that
-- was told. Generated from shared/rows.
SELECT *
FROM `${dataset}.posts` AS post
WHERE post.outcome = 'post'
  AND NOT EXISTS (
      SELECT 1 FROM `${dataset}.tombstones` AS tombstone WHERE tombstone.id = post.id
    )
  AND NOT EXISTS (
      SELECT 1 FROM `${dataset}.tombstones` AS tombstone WHERE tombstone.id = post.alias
    )
  AND NOT EXISTS (
      SELECT 1 FROM `${dataset}.tombstones` AS tombstone WHERE tombstone.id = CONCAT(post.author, '/*')
    )
QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY revision DESC, message_id, position) = 1
