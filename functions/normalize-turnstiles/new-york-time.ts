import { remember } from "../../shared/codec/remember.ts";

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

/** Offsets in ms at the beginning and at the end of a local day, and when the second one begins. */
type DayChange = { before: number; after: number; changesAt: number };

/** Days whose offsets are kept: some months of readings. */
const changeOf = remember(512, (day: number): DayChange => {
  // From the evening before to that of the day: clocks are changed early in the morning.
  let low = day * dayMs;
  let high = low + dayMs;
  const before = offsetAt(low);
  const after = offsetAt(high);
  while (high - low > minuteMs) {
    const middle = low + Math.floor((high - low) / 2 / minuteMs) * minuteMs;
    if (offsetAt(middle) === before) low = middle;
    else high = middle;
  }
  return { before, after, changesAt: high };
});

const clock = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/New_York",
  timeZoneName: "longOffset",
});

/** In ms; the zone's name behind the date says it, `GMT-04:00`, and always in whole hours. */
const offsetAt = (instant: number): number =>
  Number(clock.format(instant).slice(-"-04:00".length, -":00".length)) * hourMs;
