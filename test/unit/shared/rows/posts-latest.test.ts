import { expect, test } from "vitest";
import { postsLatestSql } from "../../../../shared/rows/posts-latest.ts";

test("every post is there once, as its best informed reading has it, unless it was deleted", () => {
  expect(postsLatestSql()).toBe(`SELECT *
FROM \`\${dataset}.posts\` AS post
WHERE post.outcome = 'post'
  AND NOT EXISTS (
      SELECT 1 FROM \`\${dataset}.tombstones\` AS tombstone WHERE tombstone.id = post.id
    )
  AND NOT EXISTS (
      SELECT 1 FROM \`\${dataset}.tombstones\` AS tombstone WHERE tombstone.id = post.alias
    )
  AND NOT EXISTS (
      SELECT 1 FROM \`\${dataset}.tombstones\` AS tombstone WHERE tombstone.id = CONCAT(post.author, '/*')
    )
QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY revision DESC, message_id, position) = 1`);
});

test("of those since a time that fulfil conditions, nothing is read that landed before", () => {
  const sql = postsLatestSql("@from", (reading) => [
    `${reading}.author = @author`,
    `${reading}.kind = 'reply'`,
  ]);
  expect(sql).toBe(`SELECT *
FROM \`\${dataset}.posts\` AS post
WHERE post.outcome = 'post'
  AND post.landed_at >= TIMESTAMP_SUB(@from, INTERVAL 2 HOUR)
  AND NOT EXISTS (
      SELECT 1 FROM \`\${dataset}.tombstones\` AS tombstone WHERE tombstone.id = post.id
        AND tombstone.landed_at >= TIMESTAMP_SUB(@from, INTERVAL 2 HOUR)
    )
  AND NOT EXISTS (
      SELECT 1 FROM \`\${dataset}.tombstones\` AS tombstone WHERE tombstone.id = post.alias
        AND tombstone.landed_at >= TIMESTAMP_SUB(@from, INTERVAL 2 HOUR)
    )
  AND NOT EXISTS (
      SELECT 1 FROM \`\${dataset}.tombstones\` AS tombstone WHERE tombstone.id = CONCAT(post.author, '/*')
        AND tombstone.landed_at >= TIMESTAMP_SUB(@from, INTERVAL 2 HOUR)
    )
  AND post.id IN (
    SELECT candidate.id FROM \`\${dataset}.posts\` AS candidate
    WHERE candidate.outcome = 'post' AND candidate.landed_at >= TIMESTAMP_SUB(@from, INTERVAL 2 HOUR) AND candidate.author = @author AND candidate.kind = 'reply'
  )
QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY revision DESC, message_id, position) = 1`);
});
