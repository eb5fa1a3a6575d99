import { namesOfPost, withoutTombstoneSql } from "../streams/count-events.ts";
import { landedFrom } from "../streams/landed-from.ts";

/**
 * GoogleSQL of every post once, as its best informed reading has it; none that was deleted. With `from`,
 * a constant expression, only posts that were created since, perhaps with older ones: whatever landed
 * before is not read. With `where`, conditions on a reading of a post, only posts of which some reading
 * fulfils them, so that all the others need not be compared. `${dataset}` is left for the deployment.
 */
export function postsLatestSql(
  from?: string,
  where: (reading: string) => readonly string[] = () => [],
): string {
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
    ...candidates(where("candidate"), bounds("candidate")),
    "QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY revision DESC, message_id, position) = 1",
  ].join("\n");
}

const candidates = (conditions: readonly string[], bounds: readonly string[]): string[] =>
  conditions.length === 0
    ? []
    : [
        "  AND post.id IN (",
        "    SELECT candidate.id FROM `${dataset}.posts` AS candidate",
        `    WHERE ${["candidate.outcome = 'post'", ...bounds, ...conditions].join(" AND ")}`,
        "  )",
      ];
