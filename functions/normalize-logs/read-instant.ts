const iso =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(?:Z|([+-])(\d{2}):?(\d{2}))$/;
const access = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})$/;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const minuteMs = 60_000;

/**
 * ms since 1970 UTC of RFC 3339 with its zone, or of a number: seconds, ms, µs or ns since 1970 by its
 * size; undefined for what is no time of the calendar.
 */
export function readInstant(value: unknown): number | undefined {
  if (typeof value === "number") return readEpoch(value);
  if (typeof value !== "string") return undefined;
  const found = iso.exec(value);
  if (found === null)
    return /^\d{9,19}(?:\.\d{1,9})?$/.test(value) ? readEpoch(Number(value)) : undefined;
  const [, year, month, day, hour, minute, second, fraction = "", sign, hours, minutes] = found;
  const civil = civilTime([year, month, day, hour, minute, second].map(Number));
  if (civil === undefined) return undefined;
  const ms = Number(fraction.slice(0, 3).padEnd(3, "0"));
  return civil + ms - offsetMs(sign, hours, minutes);
}

/** ms since 1970 UTC of `17/May/2015:10:05:03 +0000`. */
export function readAccessTime(text: string): number | undefined {
  const [, day, month, year, hour, minute, second, sign, hours, minutes] = access.exec(text) ?? [];
  const number = months.indexOf(month ?? "") + 1;
  if (number === 0) return undefined;
  const civil = civilTime([year, number, day, hour, minute, second].map(Number));
  return civil === undefined ? undefined : civil - offsetMs(sign, hours, minutes);
}

const offsetMs = (sign = "+", hours = "0", minutes = "0"): number =>
  (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * minuteMs;

function civilTime(parts: readonly number[]): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  // A leap second is the last one of its minute.
  const at = Date.UTC(year, month - 1, day, hour, minute, Math.min(second, 59));
  const found = new Date(at);
  const isDay = found.getUTCDate() === day && found.getUTCMonth() === month - 1;
  return isDay && hour < 24 && minute < 60 && second <= 60 ? at : undefined;
}

/** From which on a number counts ms, µs and ns: each is 1973 in the smaller and far off in the larger. */
const units = [
  { from: 1e17, ms: 1e-6 },
  { from: 1e14, ms: 1e-3 },
  { from: 1e11, ms: 1 },
];

function readEpoch(value: number): number | undefined {
  if (!(value > 0) || value > 1e20) return undefined;
  return Math.round(value * (units.find(({ from }) => value >= from)?.ms ?? 1_000));
}
