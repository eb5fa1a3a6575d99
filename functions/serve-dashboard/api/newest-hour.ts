import * as z from "zod";
import type { Stream } from "../../../shared/streams/stream.ts";
import { type Range, timeText } from "./parameters.ts";
import type { Sources } from "./route.ts";
import { hourSql } from "./stream-sql.ts";

const hourMs = 3_600_000;
/** How far back it is looked for first, and then: most of the time the last days have something. */
const lookBackDays = [2, 60];
const row = z.object({ hour: z.string().nullable() });

/** Start (ms) of the newest hour of a stream that has data and is not ahead; undefined without any. */
export async function newestHour(
  stream: Stream,
  { ask, now }: Sources,
): Promise<number | undefined> {
  const current = Math.floor(now() / hourMs) * hourMs;
  const starts = lookBackDays.map((days) => current - days * 24 * hourMs);
  for (const since of [...starts, Date.parse(stream.epoch)]) {
    const query = {
      sql: `SELECT ${hourSql("MAX(event.hour)")} AS hour
  FROM ${stream.view} AS event
  WHERE event.hour >= TIMESTAMP(@since) AND event.hour <= TIMESTAMP(@current)`,
      params: { since: timeText(since), current: timeText(current) },
    };
    const [newest] = await ask(query, row);
    if (newest?.hour) return Date.parse(newest.hour);
  }
  return undefined;
}

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
  const newest = (await newestHour(stream, sources)) ?? Math.floor(sources.now() / hourMs) * hourMs;
  return { from: newest - (hours - 1) * hourMs, to: newest + hourMs };
}
