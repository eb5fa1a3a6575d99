import type { ReadRecord } from "../../shared/codec/read-records.ts";
import { eventIdOfText } from "../../shared/events/event-id.ts";
import { formatTime, isPossibleTime } from "../../shared/events/event-time.ts";
import type { FailureReason } from "../../shared/events/failed-event.v1.ts";
import type { TurnstileRegister } from "../../shared/events/turnstile-register.v1.ts";
import {
  type TurnstileReading,
  turnstileReadings,
} from "../../shared/streams/turnstile-readings.ts";
import { newYorkTime } from "./new-york-time.ts";
import { readClock } from "./read-clock.ts";
import { type FieldName, type Fields, readFields } from "./read-fields.ts";

/** What a line becomes: an event of the stream, or a row of registers; a heading becomes nothing. */
export type NormalizedRow =
  | { kind: "reading"; event: TurnstileReading }
  | { kind: "register"; row: TurnstileRegister }
  | { kind: "heading" };

const epoch = Date.parse(turnstileReadings.epoch);
const required: readonly FieldName[] = ["ca", "unit", "scp"];
const maxLength = 256;

/** What one line of a turnstile becomes, or why it is none; `now` in ms since 1970 UTC. */
export function normalizeRow(value: unknown, now: number): ReadRecord<NormalizedRow> {
  const found = readFields(value);
  if ("isHeading" in found) return { read: { kind: "heading" } };
  if ("reason" in found) return failed(found.reason, found.path, found.message);
  const { fields } = found;
  for (const name of required) {
    if (fields[name] === "") return failed("invalid-field", name, "missing");
  }
  for (const [name, text] of Object.entries(fields)) {
    if (text.length > maxLength) return failed("invalid-field", name, "over 256 characters");
  }
  const entries = readCount(fields.entries);
  if (entries === undefined) return failed("invalid-field", "entries", "no whole number");
  const exits = readCount(fields.exits);
  if (exits === undefined) return failed("invalid-field", "exits", "no whole number");
  const civil = readClock(fields);
  if (civil === undefined) return failed("impossible-time", "date", "not a time of the calendar");
  const { at, offsetMinutes } = newYorkTime(civil);
  if (!isPossibleTime(at, now, epoch)) {
    return failed("impossible-time", "date", "before 2010, or more than an hour in the future");
  }
  const { ca, unit, scp, station, linename, division, desc: description } = fields;
  const time = formatTime(at);
  const rest = {
    utc_offset_minutes: offsetMinutes,
    ca,
    unit,
    scp,
    station,
    linename,
    division,
    description,
    entries,
    exits,
  };
  if (!isIncrement(fields)) return { read: { kind: "register", row: { read_at: time, ...rest } } };
  const id = eventIdOfText("mta", identityOf(fields, time));
  if (id === undefined) return failed("invalid-field", "id", "over 512 characters with the device");
  return { read: { kind: "reading", event: { id, event_time: time, ...rest } } };
}

const failed = (reason: FailureReason, path: string, message: string) => ({
  reason,
  issues: [{ path, message }],
});

/** Registers have ten digits, some are padded with zeros. */
const readCount = (text: string): number | undefined =>
  /^\d{1,15}$/.test(text) ? Number(text) : undefined;

/** Lines of streams have an identity of their own, or at least the streams' way to write a date. */
const isIncrement = ({ id, timestamp, date }: Fields): boolean =>
  id !== "" || timestamp !== "" || /^\d{1,2}-\d{1,2}-\d{2}$/.test(date);

/** A device is read once at an instant, unless the stream tells its lines apart itself. */
const identityOf = ({ ca, unit, scp, id }: Fields, time: string): string =>
  [ca, unit, scp, time, ...(id === "" ? [] : [id])].map(escapePart).join("/");

const separators = /[%/\s]/g;

/** Few parts have anything to escape, and to replace nothing is dear. */
const escapePart = (part: string): string =>
  part.search(separators) === -1 ? part : part.replace(separators, encodeURIComponent);
