import * as z from "zod";

const text = z.string().max(256);

/**
 * One line of a turnstile audit file as it was published: local New York time, and **cumulative**
 * registers that may run backwards. Its identity is what the line says about itself (`ca`, `unit`,
 * `scp`, `date`, `time`, `desc`), so the same line in two files is one reading.
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
  /** `MM/DD/YYYY`, local. */
  date: text.min(1),
  /** `HH:MM:SS`, local. */
  time: text.min(1),
  /** `REGULAR`, or `RECOVR AUD` for an audit that was recovered later. */
  desc: text,
  entries: z.int().min(0),
  exits: z.int().min(0),
});
