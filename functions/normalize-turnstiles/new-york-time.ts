/** An instant, ms since 1970 UTC, and how far New York's clocks are from UTC then, in minutes. */
export type LocalInstant = { at: number; offsetMinutes: number };

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/**
 * When the clocks of New York show a time, which is given in ms since 1970 as if it were UTC. Of an
 * hour that is repeated, the earlier offset is taken; a time that is skipped is shifted forward, by as
 * much as the clocks are.
 */
export function newYorkTime(civil: number): LocalInstant {
  const day = Math.floor(civil / dayMs);
  const { before, after, changesAt } = changeOf(day);
  const early = civil - before;
  if (early < changesAt) return { at: early, offsetMinutes: before / minuteMs };
  const late = civil - after;
  // By neither offset: the clocks have skipped it.
  const at = late < changesAt ? early : late;
  return { at, offsetMinutes: after / minuteMs };
}

/** Offsets in ms at the beginning and at the end of a local day, and when the clocks change. */
type DayChange = { before: number; after: number; changesAt: number };

/** Days whose offsets are kept: some months of readings. */
const keptDays = 512;
const changes = new Map<number, DayChange>();

function changeOf(day: number): DayChange {
  const known = changes.get(day);
  if (known !== undefined) return known;
  const found = findChange(day * dayMs);
  if (changes.size === keptDays) changes.clear();
  changes.set(day, found);
  return found;
}

function findChange(midnight: number): DayChange {
  // Both are some hours outside the local day, in which nothing else changes.
  let low = midnight;
  let high = midnight + dayMs + 6 * hourMs;
  const before = offsetAt(low);
  const after = offsetAt(high);
  if (before === after) return { before, after, changesAt: Number.POSITIVE_INFINITY };
  while (high - low > minuteMs) {
    const middle = low + Math.floor((high - low) / 2 / minuteMs) * minuteMs;
    if (offsetAt(middle) === before) low = middle;
    else high = middle;
  }
  return { before, after, changesAt: high };
}

const clock = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/New_York",
  timeZoneName: "longOffset",
});

/** In ms; the zone's name says it: `GMT-04:00`. */
function offsetAt(instant: number): number {
  const name = clock.formatToParts(instant).find(({ type }) => type === "timeZoneName")?.value;
  const [, sign, hours, minutes] = /^GMT([+-])(\d\d):(\d\d)$/.exec(name ?? "") ?? [];
  const ms = Number(hours ?? 0) * hourMs + Number(minutes ?? 0) * minuteMs;
  return sign === "-" ? -ms : ms;
}
