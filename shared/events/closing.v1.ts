import * as z from "zod";
import { eventTime } from "./event-time.ts";

/**
 * A run that has closed hours of a stream is through: whatever landed before its watermark is in the
 * totals of hours that were over by then, and everyone is told of them.
 */
export const closing = z.object({
  stream: z.string().min(1).max(128).describe("Name of the stream"),
  watermark: eventTime.describe("When the run looked for what has changed, UTC"),
  hours: z.int().min(0).describe("Hours whose totals it has written"),
  bytes_billed: z.int().min(0).describe("Bytes that its queries were billed"),
});
