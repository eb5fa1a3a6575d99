import * as z from "zod";
import type { Stream } from "../../../shared/streams/stream.ts";
import { streams } from "../../../shared/streams/streams.ts";
import { type Range, timeText } from "./parameters.ts";
import type { Sources } from "./route.ts";
import { hourSql } from "./stream-sql.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** What has landed so lately is looked through first, and then: nothing is asked for all of history. */
const lookBackDays = [2, 60];
const farthestDays = 400;
const row = z.object({ stream: z.string(), hour: z.string().nullable() });

/**
 * Start (ms) of the newest hour that has data and is not ahead, by the name of its stream; of streams of
 * which nothing has landed for a year there is none. Of all streams in one query, which is the same for
 * everybody.
 */
export async function newestHours({ ask, now }: Sources): Promise<ReadonlyMap<string, number>> {
  const current = Math.floor(now() / hourMs) * hourMs;
  const found = new Map<string, number>();
  for (const days of [...lookBackDays, farthestDays]) {
    const missing = streams.filter(({ name }) => !found.has(name));
    if (missing.length === 0) break;
    const landed = current - days * dayMs;
    // Of what is older a newer hour may have landed before, unless no one looks there.
    const since = days === farthestDays ? 0 : landed;
    const query = {
      sql: missing.map(newestSql).join("\n  UNION ALL "),
      params: { landed: timeText(landed), since: timeText(since), current: timeText(current) },
    };
    for (const { stream, hour } of await ask(query, row)) {
      if (hour !== null) found.set(stream, Date.parse(hour));
    }
  }
  return found;
}

/** The newest hour of a stream from `@since` to `@current`, of what has landed since `@landed`. */
export const newestSql = ({ name, keys, increments }: Stream): string =>
  `SELECT '${name}' AS stream, ${hourSql("MAX(increment.hour)")} AS hour
  FROM ${increments.table} AS increment
  WHERE increment.landed_at >= TIMESTAMP(@landed)
    AND increment.hour >= TIMESTAMP(@since) AND increment.hour <= TIMESTAMP(@current)
    AND increment.${keys[0]} IS NOT NULL`;

/**
 * The range that is asked for. What is left out of it: `hours` hours, up to the newest that has data.
 */
export async function rangeOf(
  stream: Stream,
  asked: { from?: number | undefined; to?: number | undefined },
  hours: number,
  sources: Sources,
): Promise<Range> {
  const { from, to } = asked;
  if (to !== undefined) return { from: from ?? to - hours * hourMs, to };
  if (from !== undefined) return { from, to: from + hours * hourMs };
  const newest =
    (await newestHours(sources)).get(stream.name) ?? Math.floor(sources.now() / hourMs) * hourMs;
  return { from: newest - (hours - 1) * hourMs, to: newest + hourMs };
}
