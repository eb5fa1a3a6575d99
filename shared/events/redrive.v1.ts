import * as z from "zod";
import { eventTime } from "./event-time.ts";

/** A failed event was sent back to its topic. The failed event itself stays as it was. */
export const redrive = z.object({
  failed_event_id: z.string().min(1).max(2048),
  redriven_at: eventTime,
  requested_by: z.string().min(1).max(256).describe("Who asked for it"),
});

export type Redrive = z.infer<typeof redrive>;
