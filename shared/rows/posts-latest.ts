import { namesOfPost, withoutTombstoneSql } from "../streams/count-events.ts";
import { landedFrom } from "../streams/landed-from.ts";

/**
 * GoogleSQL of every post once, as its best informed reading has it; none that was deleted. With `from`,
 * a constant expression, only posts that were created since, perhaps with older ones: whatever landed
 * before is not read. `${dataset}` is left for the deployment.
 */
export function postsLatestSql(from?: string): string {
  const bounds = (alias: string) =>
    from === undefined ? [] : [`${alias}.landed_at >= ${landedFrom(from)}`];
  return [
    "SELECT *",
    "FROM `${dataset}.posts` AS post",
    "WHERE post.outcome = 'post'",
    ...bounds("post").map((condition) => `  AND ${condition}`),
    ...namesOfPost("post", "author").map(
      (name) => `  AND ${withoutTombstoneSql(name, bounds("tombstone"))}`,
    ),
    "QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY revision DESC, message_id, position) = 1",
  ].join("\n");
}
