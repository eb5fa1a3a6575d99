import * as z from "zod";
import type { Stream } from "../../../shared/streams/stream.ts";
import { postsSql } from "./describe-post.ts";
import { rangeOf } from "./newest-hour.ts";
import { judgeRange, range, timeText, wholeNumber } from "./parameters.ts";
import { declareRoute, format, type Route, refuse } from "./route.ts";
import { eventsSql, facetsOf, language } from "./stream-sql.ts";

const usualHours = 3;
/** Longer ranges would be read for what a few hours tell as well. */
const maxHours = 24;

const row = z.object({
  value: z.string().describe("What the field holds"),
  n: z.number().describe("How many events, or posts, have it"),
});

/** What a field by which a stream is filtered holds, the most frequent first: for suggestions. */
export const listValues = (stream: Stream): Route =>
  declareRoute({
    path: `/streams/${stream.name}/values`,
    summary: `${stream.description}: what a field holds within some hours, the most frequent first`,
    parameters: z.strictObject({
      of: z.enum(fieldsOf(stream)).meta({ description: "The field" }),
      ...range,
      limit: wholeNumber(1, 200, 20, "Most values"),
      format,
    }),
    row,
    about: { from: z.string(), to: z.string() },
    answer: async (asked, sources) => {
      const hours = await rangeOf(stream, asked, usualHours, sources);
      const problem = judgeRange(hours);
      if (problem !== undefined) throw refuse("to", problem);
      if (hours.to - hours.from > maxHours * 3_600_000) {
        throw refuse("to", `must be at most ${maxHours} hours after from`);
      }
      const params = { from: timeText(hours.from), to: timeText(hours.to) };
      const [rows, time] =
        asked.of === language ? [postsSql(), "event_time"] : [eventsSql(stream), "hour"];
      const sql = `SELECT CAST(event.${asked.of} AS STRING) AS value, COUNT(DISTINCT event.id) AS n
  FROM ${rows} AS event
  WHERE event.${time} >= TIMESTAMP(@from) AND event.${time} < TIMESTAMP(@to)
    AND event.${asked.of} IS NOT NULL
  GROUP BY value
  ORDER BY n DESC, value
  LIMIT ${asked.limit}`;
      return { ...params, rows: await sources.ask({ sql, params }, row) };
    },
  });

/** Fields with few values; the language is one of posts. */
export const fieldsOf = (stream: Stream): string[] => [
  ...facetsOf(stream),
  ...(stream.postsBy === undefined ? [] : [language]),
];
