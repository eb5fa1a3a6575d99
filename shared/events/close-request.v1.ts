import * as z from "zod";
import { hourStart } from "./event-time.ts";

/**
 * Which hours to close: without `from` and `to` all that have changed since the last run, else all
 * hours of `[from, to)`, changed or not.
 */
export const closeRequest = z
  .object({
    from: hourStart.optional(),
    to: hourStart.optional(),
    /** Only this stream. */
    stream: z.string().min(1).max(128).optional(),
  })
  .refine(({ from, to }) => (from === undefined) === (to === undefined), "from goes with to")
  .refine(
    ({ from, to }) => !(from !== undefined && to !== undefined && to < from),
    "to is before from",
  );

const count = z.int().min(0);

export const closeAnswer = z.object({
  streams: z.array(
    z.object({
      stream: z.string(),
      /** Hours that were counted again. */
      counted: count,
      /** Of those, hours whose totals were written: they are new, or have changed. */
      closed: count,
      /** Hours that topic hours-closed was told of; once more those of a run that broke off. */
      told: count,
      bytesBilled: count,
    }),
  ),
  /** Hour from which on something is left: ask again from there, or leave it to the next run. */
  nextFrom: hourStart.optional(),
});

export type CloseAnswer = z.infer<typeof closeAnswer>;
