import type { Summary } from "./query-summary.ts";

/**
 * What was added to a cloud that others use, too: figures before taken from those after. Which links
 * are on top is not told, because those are of all that is there.
 */
export function subtractSummary(after: Summary, before: Summary): Summary {
  const rest = <T>(rows: readonly T[], known: readonly T[], keyOf: (row: T) => string) =>
    rows.map((row) => ({ row, old: known.find((one) => keyOf(one) === keyOf(row)) }));
  return {
    received: after.received - before.received,
    tweets: after.tweets - before.tweets,
    duplicates: after.duplicates - before.duplicates,
    deletes: after.deletes - before.deletes,
    ignored: subtractCounts(after.ignored, before.ignored),
    failed: after.failed - before.failed,
    failures: rest(after.failures, before.failures, ({ stage, reason }) => `${stage} ${reason}`)
      .map(({ row, old }) => ({ ...row, n: row.n - (old?.n ?? 0) }))
      .filter(({ n }) => n !== 0),
    links: after.links - before.links,
    mentions: after.mentions - before.mentions,
    hours: rest(after.hours, before.hours, ({ hour }) => hour)
      .map(({ row, old }) => ({
        hour: row.hour,
        mentions: row.mentions - (old?.mentions ?? 0),
        keys: row.keys - (old?.keys ?? 0),
      }))
      .filter(({ mentions, keys }) => mentions !== 0 || keys !== 0),
    top: [],
  };
}

function subtractCounts(
  after: Record<string, number>,
  before: Record<string, number>,
): Record<string, number> {
  const counts = Object.entries(after).map(([name, n]) => [name, n - (before[name] ?? 0)] as const);
  return Object.fromEntries(counts.filter(([, n]) => n !== 0));
}
