import { UserError } from "./cli/user-error.ts";

const written = /^\d{4}-\d{2}-\d{2}(?:T\d{2}(?::\d{2}(?::\d{2}(?:\.\d{1,3})?)?)?Z?)?$/;

/**
 * Milliseconds since 1970 of a time that a person wrote: `2026-01-02`, `2026-01-02T03`,
 * `2026-01-02T03:04:05.678Z`; always UTC.
 * @throws {UserError} that names the option.
 */
export function parseTime(option: string, text: string): number {
  const [date = "", time = ""] = text.replace(/Z$/, "").split("T");
  const [hour = "00", minute = "00", second = "00"] = time === "" ? [] : time.split(":");
  const ms = Date.parse(`${date}T${hour}:${minute}:${second}Z`);
  // JavaScript takes 30 February for 2 March.
  const isTime = !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date);
  if (!written.test(text) || !isTime) {
    throw new UserError(`${option} ${text}: must be a time in UTC, for example 2026-01-02T03:00Z`);
  }
  return ms;
}

const hourMs = 3_600_000;

/** @throws {UserError} unless the time is the start of an hour. */
export function parseHour(option: string, text: string): number {
  const ms = parseTime(option, text);
  if (ms % hourMs !== 0) throw new UserError(`${option} ${text}: must be the start of an hour`);
  return ms;
}
