import * as z from "zod";
import { eventTime } from "./event-time.ts";

/** Most original bytes that one failed event carries; longer originals span several parts. */
export const originalPartBytes = 4 * 1024 * 1024;

/** Why an event failed. The list is the table of reasons in the README. */
export const failureReason = z.enum([
  "empty-message",
  "unsupported-encoding",
  "truncated-data",
  "corrupt-data",
  "invalid-utf8",
  "malformed-json",
  "too-many-records",
  "too-many-failures",
  "unknown-shape",
  "invalid-field",
  "missing-id",
  "unsafe-id",
  "impossible-time",
  "invalid-row",
  "row-refused",
  "line-too-long",
  "malformed-csv",
  "truncated-object",
  "corrupt-object",
  "decompression-bomb",
  "object-too-large",
  "unsupported-format",
  "retries-exhausted",
]);

export type FailureReason = z.infer<typeof failureReason>;

export const failureIssue = z.object({
  /** Where in the message, for example `records[3].created_at`. */
  path: z.string().max(1024),
  message: z.string().max(1024),
});

export type FailureIssue = z.infer<typeof failureIssue>;

/**
 * An event that cannot be processed, kept with its original bytes so that it can be sent again.
 * `id` is deterministic: the same delivery failing twice is one failed event.
 */
export const failedEvent = z.object({
  id: z.string().min(1).max(2048),
  stage: z.string().min(1).max(128),
  function_version: z.string().max(128),
  reason: failureReason,
  issues: z.array(failureIssue).max(20),
  /** How many items of the record failed: more than one only in a page. */
  items: z.int().min(1),
  source_topic: z.string().max(512),
  message_id: z.string().max(512),
  /** Where in the message: `records[<line>]`, with `.data[<n>]` or alike inside a page. */
  position: z.string().max(1024),
  /** Pub/Sub takes 100, and adds a few to a dead letter. */
  attributes: z.array(z.object({ name: z.string(), value: z.string() })).max(120),
  /** Original bytes of the record, base64; part `part` of `parts`. */
  original: z.base64(),
  part: z.int().min(1),
  parts: z.int().min(1),
  first_seen: eventTime,
});

export type FailedEvent = z.infer<typeof failedEvent>;
