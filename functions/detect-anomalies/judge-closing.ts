import { type Change, compareFindings } from "./compare-findings.ts";
import { judgeSeries, type Series } from "./judge-series.ts";
import { type KeyCount, keySeries } from "./key-series.ts";
import { type Closing, type Knowledge, type KnownHours, knownHours } from "./known-hours.ts";
import { historyHours } from "./score-hour.ts";

/** What a closing has changed: what was known of a stream before it, and what is known since. */
export type Learned = { before: KnownHours; now: KnownHours };

const nothing: Knowledge = { revision: Number.NEGATIVE_INFINITY, watermark: 0 };

/** The closing at `revision`, and the one before it, of any stream. Undefined where there is none. */
export function momentsOf(
  closings: Iterable<readonly Closing[]>,
  revision: number,
): { before: Knowledge; now: Knowledge } | undefined {
  let before = nothing;
  let now: Knowledge | undefined;
  for (const closing of [...closings].flat()) {
    if (closing.revision === revision) now = closing;
    else if (closing.revision < revision && closing.revision > before.revision) before = closing;
  }
  return now && { before, now };
}

export const learnHours = (
  closings: readonly Closing[],
  moments: { before: Knowledge; now: Knowledge },
): Learned => ({
  before: knownHours(closings, moments.before),
  now: knownHours(closings, moments.now),
});

/** What must be said of the total of a stream, of hours from `from` on, after something was learned. */
export const judgeTotal = ({ before, now }: Learned, from: number, sensitivity: number): Change[] =>
  judgeChange(totalSeries(before), totalSeries(now), from, sensitivity);

/** The same of one of its keys. */
export const judgeKey = (
  counts: readonly KeyCount[],
  { before, now }: Learned,
  from: number,
  sensitivity: number,
): Change[] => judgeChange(keySeries(counts, before), keySeries(counts, now), from, sensitivity);

const totalSeries = ({ from, hours }: KnownHours): Series => ({
  from,
  hours: hours.map(({ state, events }) => ({ state, count: events, isJudged: true })),
});

/**
 * What is said of an hour depends on it and the hours before it, so that everything from the first hour
 * on that has changed is judged as it was known before, and as it is known now.
 */
function judgeChange(before: Series, now: Series, from: number, sensitivity: number): Change[] {
  const changed = firstChange(before, now);
  if (changed === undefined) return [];
  const end = now.from + now.hours.length;
  const begin = Math.max(from, changed, end - historyHours);
  return compareFindings(
    judgeSeries(before, begin, sensitivity),
    judgeSeries(now, begin, sensitivity),
  );
}

function firstChange(before: Series, now: Series): number | undefined {
  if (before.hours.length === 0) return now.from;
  const end = Math.max(before.from + before.hours.length, now.from + now.hours.length);
  for (let hour = Math.min(before.from, now.from); hour < end; hour++) {
    const old = before.hours[hour - before.from];
    const one = now.hours[hour - now.from];
    if (old?.state !== one?.state || old?.count !== one?.count) return hour;
    if (old?.isJudged !== one?.isJudged) return hour;
  }
  return undefined;
}
