import * as z from "zod";
import { failureIssue, failureReason } from "../../shared/events/failed-event.v1.ts";

/**
 * What became of one generation of an object, written beside the landing folder when everything of
 * it is published. One that says `loaded` means: finished, do not publish again. One that says
 * `failed` ends nothing: the object may be sent again.
 */
export const loadReport = z.object({
  bucket: z.string(),
  object: z.string(),
  generation: z.string().regex(/^\d+$/),
  topic: z.string(),
  outcome: z.enum(["loaded", "failed"]),
  compression: z.enum(["none", "gzip"]),
  /** Absent when the object failed before its format was known. */
  format: z.enum(["ndjson", "json-array", "csv", "text"]).optional(),
  /** Why the object failed as a whole: nothing of it was published. */
  reason: failureReason.optional(),
  issues: z.array(failureIssue).optional(),
  /** Published on the topic. */
  rows: z.int().min(0),
  /** Rows, or the object as a whole, that became failed events. */
  failed: z.int().min(0),
  failed_by_reason: z.partialRecord(failureReason, z.int()).optional(),
  messages: z.int().min(0),
  /** As stored, and after decompression. */
  bytes: z.int().min(0),
  content_bytes: z.int().min(0),
  seconds: z.number().min(0),
  function_version: z.string(),
});

export type LoadReport = z.infer<typeof loadReport>;
