import * as z from "zod";
import { eventTime } from "./event-time.ts";
import { failureReason } from "./failed-event.v1.ts";

/** Most failed events that one request sends back. */
export const redrivePageLimit = 10_000;

/** Which failed events to send back to their topics; none that was sent back before. */
export const redriveRequest = z.strictObject({
  /** The function in which they failed. */
  stage: z.string().min(1).max(128),
  /** All reasons, when absent. */
  reason: failureReason.optional(),
  /** First seen at this time or later, UTC. */
  since: eventTime,
  /** Most failed events of this request; the answer tells where the next one goes on. */
  limit: z.int().min(1).max(redrivePageLimit).default(redrivePageLimit),
  /** Only counts them. */
  dryRun: z.boolean().default(false),
  /** Of the answer before; everything else must be as it was. */
  pageToken: z.string().max(4_096).optional(),
  /** Who asks for it; kept with each redrive. */
  requestedBy: z.string().min(1).max(256).default("redrive-failures"),
});

export type RedriveRequest = z.infer<typeof redriveRequest>;

const count = z.int().min(0);

export const redriveAnswer = z.object({
  /** Failed events of the whole redrive, this page and all others. */
  found: count,
  /** Published again and marked, in this page. */
  redriven: count,
  /** What Pub/Sub refuses for good, in this page: their topic is gone, or they are no message. */
  refused: count,
  /** Bytes published again, in this page. */
  bytes: count,
  /** Absent at the end, and in a dry run. */
  nextPageToken: z.string().optional(),
});

export type RedriveAnswer = z.infer<typeof redriveAnswer>;
