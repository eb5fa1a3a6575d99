import * as z from "zod";
import type { Stream } from "../../../shared/streams/stream.ts";
import { streams } from "../../../shared/streams/streams.ts";
import { type Range, timeText } from "./parameters.ts";
import type { Sources } from "./route.ts";
import { hourSql } from "./stream-sql.ts";

const hourMs = 3_600_000;
/** How far back it is looked for first, and then: most of the time the last days have something. */
const lookBackDays = [2, 60];
const firstHour = "1970-01-01T00:00:00Z";
const row = z.object({ stream: z.string(), hour: z.string().nullable() });

/**
 * Start (ms) of the newest hour that has data and is not ahead, by the name of its stream. Of all streams
 * in one query, which is the same for everybody.
 */
export async function newestHours({ ask, now }: Sources): Promise<ReadonlyMap<string, number>> {
  const current = Math.floor(now() / hourMs) * hourMs;
  const found = new Map<string, number>();
  const starts = lookBackDays.map((days) => timeText(current - days * 24 * hourMs));
  for (const since of [...starts, firstHour]) {
    const missing = streams.filter(({ name }) => !found.has(name));
    if (missing.length === 0) break;
    const query = {
      sql: missing.map(newestSql).join("\n  UNION ALL "),
      params: { since, current: timeText(current) },
    };
    for (const { stream, hour } of await ask(query, row)) {
      if (hour !== null) found.set(stream, Date.parse(hour));
    }
  }
  return found;
}

const newestSql = ({ name, view }: Stream): string =>
  `SELECT '${name}' AS stream, ${hourSql("MAX(event.hour)")} AS hour
  FROM ${view} AS event
  WHERE event.hour >= TIMESTAMP(@since) AND event.hour <= TIMESTAMP(@current)`;

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
