/** A calendar's day and a clock's time as they stand in a line. */
type Written = { date: string; time: string; timestamp: string };

const written = {
  /** `01/06/2024` of the weekly files, `01-06-24` of streams, and what lies between. */
  american: /^(\d{1,2})[-/](\d{1,2})[-/](\d{4}|\d{2})$/,
  /** The open data portal's API writes `2022-12-30T00:00:00.000`. */
  iso: /^(\d{4})-(\d{2})-(\d{2})(?:T00:00:00(?:\.0+)?)?$/,
  time: /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/,
  timestamp: /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.\d+)?$/,
};

/**
 * What a clock on the wall showed, in ms since 1970 as if it were UTC; undefined for what is no time of
 * the calendar. The timestamp is asked only where date and time are missing.
 */
export function readClock({ date, time, timestamp }: Written): number | undefined {
  if (date === "" && time === "") {
    const [, day = "", clock = ""] = written.timestamp.exec(timestamp) ?? [];
    return day === "" ? undefined : readClock({ date: day, time: clock, timestamp: "" });
  }
  const day = dayOf(date);
  const clock = clockOf(time);
  return day === undefined || clock === undefined ? undefined : day + clock;
}

/** The same few dates and times stand in all lines of a file. */
const kept = 4_096;
const days = new Map<string, number | undefined>();
const clocks = new Map<string, number | undefined>();

const dayOf = (text: string): number | undefined => remembered(days, text, readDay);
const clockOf = (text: string): number | undefined => remembered(clocks, text, readTime);

function remembered(
  known: Map<string, number | undefined>,
  text: string,
  read: (text: string) => number | undefined,
): number | undefined {
  if (known.has(text)) return known.get(text);
  const value = read(text);
  if (known.size === kept) known.clear();
  known.set(text, value);
  return value;
}

function readDay(text: string): number | undefined {
  const american = written.american.exec(text);
  const iso = written.iso.exec(text);
  const [, year, month, day] = iso ?? [american?.[0], american?.[3], american?.[1], american?.[2]];
  if (year === undefined) return undefined;
  const at = Date.UTC(fullYear(year), Number(month) - 1, Number(day));
  // `Date.UTC` takes 30 February for 1 or 2 March.
  const found = new Date(at);
  const isDay = found.getUTCMonth() + 1 === Number(month) && found.getUTCDate() === Number(day);
  return isDay ? at : undefined;
}

/** Of two digits as `strptime` has it: 69 is 1969, 68 is 2068. */
function fullYear(year: string): number {
  if (year.length === 4) return Number(year);
  return Number(year) + (Number(year) < 69 ? 2_000 : 1_900);
}

function readTime(text: string): number | undefined {
  const [, hour, minute, second = "0"] = written.time.exec(text) ?? [];
  const [hours, minutes, seconds] = [hour, minute, second].map(Number);
  if (hours === undefined || minutes === undefined || seconds === undefined) return undefined;
  if (!(hours < 24 && minutes < 60 && seconds < 60)) return undefined;
  return ((hours * 60 + minutes) * 60 + seconds) * 1_000;
}
