import * as z from "zod";
import { hourStart } from "../events/event-time.ts";

/** How one column of a stream's exact view is computed from the distinct events of an hour and key. */
export type Measure =
  | { name: string; counts: "events"; where?: { member: string; isNot: string } }
  | { name: string; counts: "distinct"; member: string };

/**
 * A stream is a kind of event that is counted by the hour, declared as data: topics, tables, views
 * and the local cloud follow from it.
 */
export type Stream = {
  /** Also the topic its events travel on. */
  name: string;
  /** Value of the `schema` attribute of its messages. */
  schema: string;
  description: string;
  /** With `id`, and with `at`, an `eventTime`. */
  event: z.ZodObject;
  /** Earliest possible event time, RFC 3339 UTC. */
  epoch: string;
  /** Event fields that identify what is counted. */
  key: readonly string[];
  /** Event fields that describe the key; the view shows the one of the smallest event id. */
  labels: readonly string[];
  /** Event fields kept beside the id of each counted event. */
  members: readonly string[];
  /** Event field that says by which version of the rules the key was made, if there is one. */
  keyVersion?: string;
  increments: { topic: `append-${string}-hours`; table: string; row: z.ZodObject };
  /** Rows whose `id` is that of an event that counts no longer, whenever they come: deletes. */
  tombstones?: { table: string; where: string };
  view: { name: string; measures: readonly Measure[] };
};

/** Row of an increments table: one hour and key, with the identities that it counts inside. */
export function incrementRow(fields: {
  key: z.ZodRawShape;
  labels: z.ZodRawShape;
  members: z.ZodRawShape;
  keyVersion?: z.ZodRawShape;
}) {
  return z.compile(
    z.object({
      hour: hourStart.describe("Start of the UTC hour in which the events happened"),
      ...fields.key,
      ...fields.labels,
      events: z.array(z.object(fields.members)).min(1).describe("The distinct events counted here"),
      ...fields.keyVersion,
      appended_at: z.iso.datetime().describe("When the increment was made, UTC"),
    }),
  );
}
