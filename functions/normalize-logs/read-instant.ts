const iso =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))? ?(?:Z|UTC|([+-])(\d{2}):?(\d{2}))$/i;
const access = /^\d{2}\/[A-Z][a-z]{2}\/\d{4}:\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})? [+-]\d{4}$/;
const epoch = /^(\d{9,19})(?:\.(\d{1,9}))?$/;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const minuteMs = 60_000;

/**
 * ms since 1970 UTC of RFC 3339 with its zone, or of a number: seconds, ms, µs or ns since 1970 by its
 * size; undefined for what is no time of the calendar.
 */
export function readInstant(value: string | number): number | undefined {
  const [, count, part] = epoch.exec(String(value)) ?? [];
  if (count !== undefined) return readEpoch(count, part);
  const found = iso.exec(String(value));
  if (found === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = "", sign, hours, minutes] = found;
  const civil = civilTime(
    Number(year),
    Number(month),
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  const offset = offsetMs(sign, hours, minutes);
  if (civil === undefined || offset === undefined) return undefined;
  return civil + millisecondsOf(fraction) - offset;
}

/**
 * ms since 1970 UTC of `17/May/2015:10:05:03 +0000`, in which each part has its place, also with a
 * fraction of the second, or of another time that servers are set to write in its place.
 */
export function readAccessTime(text: string): number | undefined {
  if (!access.test(text)) return readInstant(text);
  const civil = civilTime(
    Number(text.slice(7, 11)),
    months.indexOf(text.slice(3, 6)) + 1,
    Number(text.slice(0, 2)),
    Number(text.slice(12, 14)),
    Number(text.slice(15, 17)),
    Number(text.slice(18, 20)),
  );
  const offset = offsetMs(text.at(-5), text.slice(-4, -2), text.slice(-2));
  if (civil === undefined || offset === undefined) return undefined;
  return civil + millisecondsOf(text.slice(21, -6)) - offset;
}

/** Cut, not rounded: a time stays in its hour. */
const millisecondsOf = (fraction: string): number => Number(fraction.slice(0, 3).padEnd(3, "0"));

function offsetMs(
  sign: string | undefined,
  hours: string | number = 0,
  minutes: string | number = 0,
): number | undefined {
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * minuteMs;
}

function civilTime(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | undefined {
  const isTime = hour < 24 && minute < 60 && second <= 60;
  if (!isTime || month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return undefined;
  // A leap second is the last one of its minute.
  return Date.UTC(year, month - 1, day, hour, minute, Math.min(second, 59));
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** From how many digits on a number counts ms, µs and ns: each is 1973 in the smaller and far off in the larger. */
const units = [
  { from: 18, below: 6 },
  { from: 15, below: 3 },
  { from: 12, below: 0 },
];

/** By its digits: a double has not enough of them to be cut, and would be rounded into the next hour. */
function readEpoch(count: string, fraction = ""): number {
  const unit = units.find(({ from }) => count.length >= from);
  if (unit === undefined) return Number(count) * 1_000 + millisecondsOf(fraction);
  return Number(count.slice(0, count.length - unit.below));
}
