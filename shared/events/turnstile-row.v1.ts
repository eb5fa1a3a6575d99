import * as z from "zod";

const text = z.string().max(256);

/**
 * One line of what a turnstile has counted, in New York's local time. A line of a weekly audit file
 * holds **cumulative** registers, which may run backwards, and is told by what it says of itself: the
 * same line in two files is one reading. A line of a stream has an `id`, and holds what came since the
 * line before.
 * https://data.ny.gov/Transportation/Turnstile-Usage-Data-2022/k7j9-jnct
 */
export const turnstileRow = z.object({
  /** Control area, for example `A002`. */
  ca: text.min(1),
  /** Remote unit: a station or a part of one, for example `R051`. */
  unit: text.min(1),
  /** Subunit, channel and position: one device, for example `02-00-00`. */
  scp: text.min(1),
  station: text,
  linename: text,
  division: text,
  /** `MM/DD/YYYY` of registers, `MM-DD-YY` of increments, local. */
  date: text.min(1),
  /** `HH:MM:SS`, local. */
  time: text.min(1),
  /** `REGULAR`, or `RECOVR AUD` for an audit that was recovered later. */
  desc: text,
  entries: z.int().min(0),
  exits: z.int().min(0),
  /** Identity of a line of a stream; absent in audit files. */
  id: text.optional(),
  /** When a line of a stream was written, `YYYY-MM-DD HH:MM:SS`, local. */
  timestamp: text.optional(),
});
