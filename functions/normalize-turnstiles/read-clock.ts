import { remember } from "../../shared/codec/remember.ts";

/** A calendar's day and a clock's time as they stand in a line. */
type Written = { date: string; time: string; timestamp: string };

const written = {
  /** `01/06/2024` of the weekly files, `01-06-24` of streams, and what lies between. */
  american: /^(\d{1,2})[-/](\d{1,2})[-/](\d{4}|\d{2})$/,
  /** The open data portal's API writes `2022-12-30T00:00:00.000`. */
  iso: /^(\d{4})-(\d{2})-(\d{2})(?:T00:00:00(?:\.0+)?)?$/,
  time: /^\d{1,2}:\d{2}(?::\d{2})?$/,
  timestamp: /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(?:\.\d+)?$/,
};

/**
 * What a clock on the wall showed, in ms since 1970 as if it were UTC; undefined for what is no time of
 * the calendar. The timestamp is asked only where date and time are missing.
 */
export function readClock({ date, time, timestamp }: Written): number | undefined {
  if (date === "" && time === "" && written.timestamp.test(timestamp)) {
    return instantOf(
      timestamp.slice(0, "2024-01-06".length),
      timestamp.slice("2024-01-06 ".length, "2024-01-06 03:00:00".length),
    );
  }
  return instantOf(date, time);
}

function instantOf(date: string, time: string): number | undefined {
  const day = dayOf(date);
  const clock = clockOf(time);
  return day === null || clock === null ? undefined : day + clock;
}

/** The same few dates and times stand in all lines of a file. */
const mostKept = 4_096;

const dayOf = remember(mostKept, (text: string): number | null => {
  const american = written.american.exec(text);
  const iso = written.iso.exec(text);
  const [, year, month, day] = iso ?? [american?.[0], american?.[3], american?.[1], american?.[2]];
  if (year === undefined) return null;
  // Two digits are of this century.
  const at = Date.UTC(
    Number(year.length === 2 ? `20${year}` : year),
    Number(month) - 1,
    Number(day),
  );
  // `Date.UTC` takes 30 February for 1 or 2 March, and the 13th month for the next year's first.
  return new Date(at).getUTCMonth() + 1 === Number(month) ? at : null;
});

const clockOf = remember(mostKept, (text: string): number | null => {
  if (!written.time.test(text)) return null;
  const [hours = 0, minutes = 0, seconds = 0] = text.split(":").map(Number);
  if (hours > 23 || minutes > 59 || seconds > 59) return null;
  return ((hours * 60 + minutes) * 60 + seconds) * 1_000;
});
