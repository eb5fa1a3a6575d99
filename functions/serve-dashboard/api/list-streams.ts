import * as z from "zod";
import type { Stream } from "../../../shared/streams/stream.ts";
import { fieldsOf } from "./list-values.ts";
import { newestHours } from "./newest-hour.ts";
import { timeText } from "./parameters.ts";
import { declareRoute, format, type Route } from "./route.ts";
import { authorOf, describeField, facetsOf, filterFields, sumsOf } from "./stream-sql.ts";

const column = z.object({ name: z.string(), description: z.string() });
const row = z.object({
  name: z.string(),
  description: z.string(),
  keys: z.array(column).describe("Columns that identify what is counted"),
  labels: z.array(column).describe("Columns that describe it"),
  measures: z
    .array(column.extend({ sums: z.boolean().describe("Whether hours and keys may be added up") }))
    .describe("What is counted of it; the first that sums is the main one"),
  filters: z.array(z.string()).describe("Parameters that choose among its events"),
  facets: z.array(z.string()).describe("Fields that tell of what kind an event is"),
  suggests: z.array(z.string()).describe("Filters whose values can be asked for"),
  author: z.string().nullable().describe("Field that tells who did it"),
  newest: z.string().nullable().describe("Newest hour that has data, UTC"),
});

/** All declared streams, with what a reader needs to ask for their counts and to show them. */
export const listStreams = (streams: readonly Stream[]): Route =>
  declareRoute({
    path: "/streams",
    summary: "What is counted, and since when and by what it can be asked for",
    parameters: z.strictObject({ format }),
    row,
    about: {},
    answer: async (_asked, sources) => {
      const newest = await newestHours(sources);
      return {
        rows: streams.map((stream) => ({
          name: stream.name,
          description: stream.description,
          keys: stream.keys.map((name) => describe(stream, name)),
          labels: stream.labels.map((name) => describe(stream, name)),
          measures: stream.measures.map((measure) => ({
            name: measure.name,
            description: measure.description,
            sums: sumsOf(stream).includes(measure),
          })),
          filters: filterFields(stream),
          facets: facetsOf(stream),
          suggests: fieldsOf(stream),
          author: authorOf(stream) ?? null,
          newest: textOf(newest.get(stream.name)),
        })),
      };
    },
  });

const textOf = (hour: number | undefined): string | null =>
  hour === undefined ? null : timeText(hour);

const describe = (stream: Stream, name: string) => ({
  name,
  description: describeField(stream, name),
});
