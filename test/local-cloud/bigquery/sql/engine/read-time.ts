import { isTimeZone, toInstant } from "./time-zone.ts";

/** GoogleSQL's first and last instant. */
const first = -62_135_596_800_000_000n;
const last = 253_402_300_799_999_999n;

const pattern =
  /^(\d{1,4})-(\d{1,2})-(\d{1,2})(?:[Tt ](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{0,9}))?)?(?:\s*([Zz])|\s*([+-]\d{1,2}(?::\d{2})?)|\s+([A-Za-z][\w/+-]*))?$/;

/** Reads `2024-1-5`; undefined for what is no DATE. In µs since 1970. */
export function parseDate(text: string): bigint | undefined {
  const match = /^\s*(\d{1,4})-(\d{1,2})-(\d{1,2})\s*$/.exec(text);
  return match ? civilMicros(Number(match[1]), Number(match[2]), Number(match[3])) : undefined;
}

/** Reads `2024-1-5 10:00:00.5`; undefined for what is no DATETIME. In µs since 1970. */
export function parseDatetime(text: string): bigint | undefined {
  const match = pattern.exec(text.trim());
  if (!match || match[8] !== undefined || match[9] !== undefined || match[10] !== undefined) {
    return undefined;
  }
  return readCivil(match);
}

/** Reads a TIMESTAMP, in `zone` where it names none; undefined for what is none. In µs. */
export function parseTimestamp(text: string, zone: string): bigint | undefined {
  const match = pattern.exec(text.trim());
  if (!match) return undefined;
  const civil = readCivil(match);
  if (civil === undefined) return undefined;
  const named = match[8] === undefined ? (match[9] ?? match[10] ?? zone) : "UTC";
  if (!isTimeZone(named)) return undefined;
  const instant = toInstant(civil, named);
  return instant < first || instant > last ? undefined : instant;
}

function readCivil(match: RegExpExecArray): bigint | undefined {
  const day = civilMicros(Number(match[1]), Number(match[2]), Number(match[3]));
  const fraction = match[7] ?? "";
  if (day === undefined || /[1-9]/.test(fraction.slice(6))) return undefined;
  const [hour, minute, second] = [
    Number(match[4] ?? 0),
    Number(match[5] ?? 0),
    Number(match[6] ?? 0),
  ];
  // A leap second is the first of the next minute.
  if (hour > 23 || minute > 59 || second > 60) return undefined;
  const seconds = BigInt(hour * 3600 + minute * 60 + second);
  return day + seconds * 1_000_000n + BigInt(fraction.slice(0, 6).padEnd(6, "0") || "0");
}

/** A day that exists, in µs since 1970. */
export function civilMicros(year: number, month: number, day: number): bigint | undefined {
  const value = new Date(0);
  value.setUTCFullYear(year, month - 1, day);
  const exists = value.getUTCMonth() === month - 1 && value.getUTCDate() === day;
  return exists && year >= 1 && year <= 9999 ? BigInt(value.getTime()) * 1000n : undefined;
}
