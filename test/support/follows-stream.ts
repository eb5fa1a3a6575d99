import * as z from "zod";
import { key } from "../../shared/streams/field-roles.ts";
import { declareStream } from "../../shared/streams/stream.ts";

/** The smallest stream: without revisions, labels, sums and deletes. */
export const follows = declareStream({
  name: "follows",
  counts: "follow",
  description: "Follows",
  epoch: "2020-01-01T00:00:00Z",
  fields: { followed: key(z.string(), "Who is followed") },
  measures: { follows: { counts: "events", description: "Follows" } },
});
