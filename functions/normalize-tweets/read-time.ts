import { remember } from "../../shared/codec/remember.ts";

/** An instant in ms since 1970, UTC, or why the text is none. */
export type ReadTime = number | { problem: string };

/**
 * Event time of `created_at`, however it is written: by X (`Wed Jul 03 06:29:00 +0000 2019`,
 * `2019-09-06T17:25:54.667Z`), in its archives (`2007-04-06 00:00:00 +0000`), in mails and HTTP
 * (`Wed, 03 Jul 2019 06:29:00 GMT`), or by a JavaScript date. A time without an offset from UTC is
 * no instant. The weekday is not looked at. The tweets of one second come together, with the same text.
 */
export const readTime = remember(1, parseTime);

/** Longer than any spelling below, a zone's name in parentheses included. */
const maxText = 128;

const weekday = "(?:[a-z]{3},? +)?";
const month = "(?<month>[a-z]{3})";
const day = "(?<day>\\d{1,2})";
const year = "(?<year>\\d{4})";
const clock =
  "(?<hour>\\d{2}):(?<minute>\\d{2})(?::(?<second>\\d{2})(?:[.,](?<fraction>\\d{1,9}))?)?";
const zone = "(?<zone>(?:gmt|utc)?[+-]\\d{2}(?::?\\d{2})?|[a-z]{1,4})";

/** Each may lack its zone, which is a problem of its own. */
const formats = [
  `${weekday}${month} +${day} +${clock}(?: +${zone})? +${year}`,
  `(?<year>\\d{4})-(?<month>\\d{2})-(?<day>\\d{2})[t ]${clock}(?: ?${zone})?`,
  `${weekday}${day} +${month} +${year} +${clock}(?: *${zone}(?: +\\([^()]*\\))?)?`,
  `${weekday}${month} +${day} +${year} +${clock}(?: *${zone}(?: +\\([^()]*\\))?)?`,
].map((format) => new RegExp(`^${format}$`, "i"));

const months = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");

function parseTime(written: string): ReadTime {
  const text = written.trim();
  if (text === "") return { problem: "empty" };
  if (/^-?\d+(?:\.\d+)?$/.test(text)) {
    return { problem: "a number, which does not say what it counts" };
  }
  if (text.length > maxText) return { problem: "not a time that is known" };
  for (const format of formats) {
    const parts = format.exec(text)?.groups;
    if (parts !== undefined) return instantOf(parts);
  }
  return { problem: "not a time that is known, such as 2019-07-03T06:29:00Z" };
}

function instantOf(parts: Record<string, string | undefined>): ReadTime {
  const { year, month, day, hour, minute, second = 0, fraction = "", zone } = parts;
  const named = months.indexOf(String(month).toLowerCase());
  const local = utcMs({
    year: Number(year),
    month: named === -1 ? Number(month) - 1 : named,
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    ms: Number(fraction.slice(0, 3).padEnd(3, "0")),
  });
  if (local === undefined) return { problem: "not a time of the calendar" };
  if (zone === undefined) return { problem: "no instant: an offset from UTC is missing" };
  const offset = offsetMs(zone.toLowerCase());
  return typeof offset === "number" ? local - offset : offset;
}

function utcMs(time: {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  ms: number;
}): number | undefined {
  const { year, month, day, hour, minute, second, ms } = time;
  // A leap second is counted in the hour that it ends.
  const local = Date.UTC(year, month, day, hour, minute, Math.min(second, 59), ms);
  const date = new Date(local);
  // `Date.UTC` rolls over: 30 February would silently become 1 March, 10:60 be 11:00.
  const isOfCalendar = date.getUTCMonth() === month && date.getUTCHours() === hour && second <= 60;
  return isOfCalendar ? local : undefined;
}

const hourMs = 3_600_000;
/** The zones that RFC 2822 names, in hours. */
const zones: Record<string, number> = {
  z: 0,
  ut: 0,
  utc: 0,
  gmt: 0,
  est: -5,
  edt: -4,
  cst: -6,
  cdt: -5,
  mst: -7,
  mdt: -6,
  pst: -8,
  pdt: -7,
};

function offsetMs(zone: string): ReadTime {
  const [, sign, hours, minutes = 0] = /([+-])(\d{2}):?(\d{2})?/.exec(zone) ?? [];
  if (sign === undefined) {
    const named = Object.hasOwn(zones, zone) ? zones[zone] : undefined;
    return named === undefined
      ? { problem: "a time zone that is not known: write its offset from UTC" }
      : named * hourMs;
  }
  if (Number(hours) > 23 || Number(minutes) > 59) {
    return { problem: "an offset from UTC of more than 23:59" };
  }
  const offset = Number(hours) * hourMs + Number(minutes) * 60_000;
  return sign === "-" ? -offset : offset;
}

/** X counts the milliseconds of an id from here: 2010-11-04T01:42:54.657Z. */
const snowflakeEpochMs = 1_288_834_974_657;
/** Ids below were given before ids carried a time: the first such id is about 2.9e10. */
const firstSnowflake = 29_700_000_000n;

/** The time that is inside the id of a tweet, ms since 1970 UTC; undefined for ids before 2010-11. */
export function snowflakeTime(nativeId: string): number | undefined {
  const id = BigInt(nativeId);
  return id < firstSnowflake ? undefined : Number(id >> 22n) + snowflakeEpochMs;
}
