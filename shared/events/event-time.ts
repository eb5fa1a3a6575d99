import * as z from "zod";
import { remember } from "../codec/remember.ts";

/** Milliseconds in the hour that everything is counted by. */
const hourMs = 3_600_000;

/** `2019-07-03T06`, a day of the calendar: `Date.parse` takes 30 February for 2 March. */
const hour = `${z.regexes.date.source.slice("^".length, -"$".length)}T(?:[01]\\d|2[0-3])`;

/** Event time: RFC 3339 in UTC with milliseconds, for example `2019-07-03T06:29:00.000Z`. */
export const eventTime = z
  .string()
  .regex(new RegExp(`^${hour}(?::[0-5]\\d){2}(?:\\.\\d{1,6})?Z$`), "not a time of the calendar");

/** Start of a UTC hour, for example `2019-07-03T06:00:00Z`. */
export const hourStart = z
  .string()
  .regex(new RegExp(`^${hour}:00:00Z$`), "not the start of an hour")
  .brand<"HourStart">();

/** Start of the UTC hour of an event time: in UTC, its text says it. */
export const hourStartOf = (eventTime: string): string =>
  `${eventTime.slice(0, "2019-07-03T06".length)}:00:00Z`;

/** Whether `at` (ms since 1970, UTC) is an event time that may be counted: DESIGN "Time". */
export function isPossibleTime(at: number, now: number, epoch: number): boolean {
  return at >= epoch && at <= now + hourMs;
}

/**
 * Whether an event time, written as `eventTime` has it, may be counted, from now (ms since 1970, UTC) on
 * one message long. Such texts stand in the order of their times, which spares parsing them: a text is
 * greater than a whole second with `Z` behind it only if it is of a later second, and less than one
 * without it only if it is of an earlier one.
 */
export function possibleTimes(now: number, epoch: number): (eventTime: string) => boolean {
  const first = `${secondOf(epoch)}Z`;
  const last = secondOf(now + hourMs);
  return (text) => (text > first && text < last) || isPossibleTime(Date.parse(text), now, epoch);
}

const secondOf = (ms: number): string => formatTime(ms).slice(0, "2019-07-03T06:29:00".length);

const dayMs = 24 * hourMs;
const minuteMs = 60_000;
/** Days whose text is kept: those of a stream, and of the posts that are deleted in it. */
const keptDays = 4_096;
const twoDigits = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, "0"));

const dayText = remember(keptDays, (day: number): string =>
  new Date(day * dayMs).toISOString().slice(0, -"T00:00:00.000Z".length),
);

/**
 * RFC 3339 UTC of a time in ms since 1970, as `Date.toISOString` writes it, but without a `Date`
 * for each event: this is a cost of every line.
 */
export function formatTime(ms: number): string {
  const day = Math.floor(ms / dayMs);
  const ofDay = ms - day * dayMs;
  const minute = Math.floor(ofDay / minuteMs);
  const rest = String(ofDay - minute * minuteMs + 100_000);
  const clock = `${twoDigits[Math.floor(minute / 60)]}:${twoDigits[minute % 60]}`;
  return `${dayText(day)}T${clock}:${rest.slice(1, 3)}.${rest.slice(3)}Z`;
}
