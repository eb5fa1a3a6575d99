import * as z from "zod";
import { hourStart } from "./event-time.ts";

/**
 * What is said of an hour that is not as its history lets expect: it opens an incident, is part of
 * one, is the second usual hour after it, or nothing special after all, by what is known now. Sent at
 * least once for each `(stream, key, hour, revision)`; of two revisions of an hour the greater is right.
 */
export const anomaly = z.object({
  stream: z.string().min(1).max(128).describe("Name of the stream, for example url-mentions"),
  key: z
    .string()
    .max(16_384)
    .optional()
    .describe(
      "One of its biggest keys, several fields as JSON; absent for the total of the stream",
    ),
  hour: hourStart.describe("Start of the UTC hour"),
  revision: z.int().describe("Closing after which it is said: the greater, the later"),
  state: z
    .enum(["open", "update", "closed", "withdrawn"])
    .describe(
      "What it is to its incident; withdrawn: it is nothing special, and counts for nothing",
    ),
  incident: z.string().min(1).max(256).describe("The incident that it is part of"),
  since: hourStart.describe("The hour that opened the incident"),
  direction: z
    .enum(["peak", "drop", "missing"])
    .describe("More than usual, fewer, or nothing at all although other hours came"),
  actual: z.number().describe("Counted in the hour"),
  expected: z.number().describe("What the four weeks before let expect"),
  usual_low: z.number().describe("Fewer would be unusual"),
  usual_high: z.number().describe("More would be unusual"),
  score: z
    .number()
    .describe("Distance from the expected in units of the usual noise; below 0 for too few"),
  reason: z.string().min(1).max(32_768).describe("All of this in words"),
});

export type Anomaly = z.infer<typeof anomaly>;
