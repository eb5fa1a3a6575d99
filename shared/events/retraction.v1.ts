import * as z from "zod";
import { eventTime, hourStart } from "./event-time.ts";

/**
 * Takes back what a stream counted wrongly, for example after a faulty release: its increments of
 * `[hour_from, hour_to)` that landed before `landed_before` count no longer. Nothing is
 * removed; what is appended afterwards, by a replay, counts in their place.
 */
export const retraction = z.object({
  stream: z.string().min(1).max(128).describe("Name of the stream"),
  hour_from: hourStart.describe("First retracted hour, UTC"),
  hour_to: hourStart.describe("First hour after the retracted ones, UTC"),
  landed_before: eventTime.describe("Increments that landed before this time count no longer"),
  reason: z.string().min(1).max(1024),
  retracted_at: eventTime,
});

export type Retraction = z.infer<typeof retraction>;
