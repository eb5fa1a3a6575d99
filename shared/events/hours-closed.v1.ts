import * as z from "zod";
import { hourStart } from "./event-time.ts";

/**
 * The totals of an hour are written, for the first time or anew. Sent at least once for every
 * revision, which `(stream, hour, revision)` tells; of two revisions the greater one is right.
 */
export const hoursClosed = z.object({
  stream: z.string().min(1).max(128).describe("Name of the stream, for example url-mentions"),
  hour: hourStart.describe("Start of the UTC hour that is closed"),
  revision: z.int().describe("Which closing of the hour this is: the greater, the later"),
  keys: z.int().min(0).describe("Keys that have counts in this hour"),
  events: z.int().min(0).describe("Distinct events that count in this hour"),
  late: z.int().min(0).describe("Of those, what has come since the hour was closed before"),
});

export type HoursClosed = z.infer<typeof hoursClosed>;
