const iso =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(?:Z|([+-])(\d{2}):?(\d{2}))$/;
const access = /^\d{2}\/[A-Z][a-z]{2}\/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4}$/;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const minuteMs = 60_000;

/**
 * ms since 1970 UTC of RFC 3339 with its zone, or of a number: seconds, ms, µs or ns since 1970 by its
 * size; undefined for what is no time of the calendar.
 */
export function readInstant(value: string | number): number | undefined {
  if (typeof value === "number") return readEpoch(value);
  if (/^\d{9,19}(?:\.\d{1,9})?$/.test(value)) return readEpoch(Number(value));
  const found = iso.exec(value);
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
  if (civil === undefined) return undefined;
  const ms = Number(fraction.slice(0, 3).padEnd(3, "0"));
  return civil + ms - offsetMs(sign, hours, minutes);
}

/** ms since 1970 UTC of `17/May/2015:10:05:03 +0000`, in which each part has its place. */
export function readAccessTime(text: string): number | undefined {
  if (!access.test(text)) return undefined;
  const civil = civilTime(
    Number(text.slice(7, 11)),
    months.indexOf(text.slice(3, 6)) + 1,
    Number(text.slice(0, 2)),
    Number(text.slice(12, 14)),
    Number(text.slice(15, 17)),
    Number(text.slice(18, 20)),
  );
  if (civil === undefined) return undefined;
  return civil - offsetMs(text.charAt(21), text.slice(22, 24), text.slice(24));
}

const offsetMs = (
  sign: string | undefined,
  hours: string | number = 0,
  minutes: string | number = 0,
): number => (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * minuteMs;

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

/** From which on a number counts ms, µs and ns: each is 1973 in the smaller and far off in the larger. */
const units = [
  { from: 1e17, ms: 1e-6 },
  { from: 1e14, ms: 1e-3 },
  { from: 1e11, ms: 1 },
];

const readEpoch = (value: number): number =>
  Math.round(value * (units.find(({ from }) => value >= from)?.ms ?? 1_000));
