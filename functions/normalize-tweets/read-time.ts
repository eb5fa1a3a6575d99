const months: Record<string, number> = {
  Jan: 0,
  Feb: 1,
  Mar: 2,
  Apr: 3,
  May: 4,
  Jun: 5,
  Jul: 6,
  Aug: 7,
  Sep: 8,
  Oct: 9,
  Nov: 10,
  Dec: 11,
};

/** `Wed Jul 03 06:29:00 +0000 2019`: API v1.1. */
const classic =
  /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{2}) (\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2}) (\d{4})$/;
/** `2007-04-06 00:00:00 +0000` (archives) and `2019-09-06T17:25:54.667Z` (API v2). */
const iso =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))? ?(?:Z|([+-])(\d{2}):?(\d{2}))$/;

/** The tweets of one second come together: their `created_at` is the same text. */
let last: { text: string; ms: number | undefined } = { text: "", ms: undefined };

/** Event time of `created_at` in ms since 1970 UTC, or undefined when it is no time of the calendar. */
export function readTime(text: string): number | undefined {
  if (text !== last.text) last = { text, ms: parseTime(text) };
  return last.ms;
}

function parseTime(text: string): number | undefined {
  const c = classic.exec(text);
  if (c !== null) {
    const [, month = "", day, hour, minute, second, sign, zoneHours, zoneMinutes, year] = c;
    const parts = [year, months[month] ?? Number.NaN, day, hour, minute, second, 0].map(Number);
    return utcMs(parts, sign, zoneHours, zoneMinutes);
  }
  const i = iso.exec(text);
  if (i === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = "", sign, zoneHours, zoneMinutes] = i;
  const ms = Number(fraction.slice(0, 3).padEnd(3, "0"));
  const parts = [year, Number(month) - 1, day, hour, minute, second, ms].map(Number);
  return utcMs(parts, sign, zoneHours, zoneMinutes);
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

function utcMs(
  parts: number[],
  sign = "+",
  zoneHours = "0",
  zoneMinutes = "0",
): number | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ms = 0] = parts;
  const local = Date.UTC(year, month, day, hour, minute, Math.min(second, 59), ms);
  const date = new Date(local);
  // `Date.UTC` rolls over: 30 February would silently become 1 March.
  const isOfCalendar =
    date.getUTCMonth() === month &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    second <= 60;
  if (!isOfCalendar) return undefined;
  const offset = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000;
  return sign === "-" ? local + offset : local - offset;
}
