import {
  civil,
  civils,
  define1,
  define2,
  define3,
  define4,
  type EngineFunction,
  integer,
  text,
} from "./engine-function.ts";
import { formatTime, writeTime } from "./format-time.ts";
import { parseTime } from "./parse-time.ts";
import { civilMicros, parseDate, parseDatetime, parseTimestamp } from "./read-time.ts";
import { isTimeZone, offsetAt, toInstant } from "./time-zone.ts";

export const timeEngineFunctions: EngineFunction[] = [
  define2("bq_timestamp_micros", text, text, integer, (value, zone) => {
    if (!isTimeZone(zone)) throw new RangeError(`Invalid time zone: ${zone}`);
    const micros = parseTimestamp(value, zone);
    if (micros === undefined) throw new RangeError(`Invalid timestamp: '${value}'`);
    return micros;
  }),
  define1("bq_datetime_from_text", text, civil, (value) => {
    const micros = parseDatetime(value);
    if (micros === undefined) throw new RangeError(`Invalid datetime string "${value}"`);
    return micros;
  }),
  define1("bq_date_from_text", text, civil, (value) => {
    const micros = parseDate(value);
    if (micros === undefined) throw new RangeError(`Invalid date: '${value}'`);
    return micros;
  }),
  define3("bq_date", integer, integer, integer, civil, (year, month, day) => {
    const micros = civilMicros(Number(year), Number(month), Number(day));
    if (micros !== undefined) return micros;
    const written = `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
    throw new RangeError(`Input calculates to invalid date: ${written}`);
  }),
  define3("bq_time_of_day", integer, integer, integer, integer, (hour, minute, second) => {
    const fits =
      hour >= 0n && hour < 24n && minute >= 0n && minute < 60n && second >= 0n && second < 60n;
    if (!fits)
      throw new RangeError(`Input calculates to invalid datetime: ${hour}:${minute}:${second}`);
    return ((hour * 60n + minute) * 60n + second) * 1_000_000n;
  }),
  define3("bq_month_series", civil, civil, integer, civils, listMonths),
  define4("bq_format_time", text, civil, integer, text, text, formatTime),
  define2("bq_write_time", civil, text, text, writeTime),
  define4("bq_parse_time", text, text, text, text, integer, parseTime),
  define2("bq_to_civil", integer, text, civil, (instant, zone) => {
    if (!isTimeZone(zone)) throw new RangeError(`Invalid time zone: ${zone}`);
    return instant + offsetAt(instant, zone);
  }),
  define2("bq_to_instant", civil, text, integer, (value, zone) => {
    if (!isTimeZone(zone)) throw new RangeError(`Invalid time zone: ${zone}`);
    return toInstant(value, zone);
  }),
];

/** Each date is counted from the one before: after a short month comes its last day. */
function listMonths(from: bigint, to: bigint, months: bigint): bigint[] {
  const result: bigint[] = [];
  for (let at = from; months > 0n ? at <= to : at >= to; ) {
    result.push(at);
    const value = new Date(Number(at / 1000n));
    const month = value.getUTCFullYear() * 12 + value.getUTCMonth() + Number(months);
    const [year, index] = [Math.floor(month / 12), ((month % 12) + 12) % 12];
    const last = new Date(Date.UTC(2000 + (year % 400), index + 1, 0)).getUTCDate();
    const next = civilMicros(year, index + 1, Math.min(value.getUTCDate(), last));
    if (next === undefined) throw new RangeError("Date overflow in GENERATE_DATE_ARRAY");
    at = next;
  }
  return result;
}
