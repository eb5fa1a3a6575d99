import * as z from "zod";
import { measureSql } from "../../../shared/streams/count-events.ts";
import type { Stream } from "../../../shared/streams/stream.ts";
import type { Query } from "../queries/query.ts";
import { rangeOf } from "./newest-hour.ts";
import { judgeRange, range, timeText } from "./parameters.ts";
import { declareRoute, format, type Route, refuse } from "./route.ts";
import { filterParameters, filtersOf } from "./stream-parameters.ts";
import {
  conditionsOf,
  eventsSql,
  type Filters,
  filterParams,
  hourSql,
  hoursSql,
  keySql,
  needsEvents,
  sumsOf,
  whereSql,
} from "./stream-sql.ts";

/** Two days: what is like the same hour of the day before shows. */
const usualHours = 48;

const closing = z.object({ hour: z.string(), late: z.number() });

/** Counts of each hour of a stream, of all its keys or of those that a filter leaves. */
export function countHours(stream: Stream): Route {
  const sums = sumsOf(stream);
  const row = z.object({
    hour: z.string().describe("Start of the UTC hour"),
    keys: z.number().describe("How many different keys it has"),
    late: z
      .number()
      .describe(
        "Events that came after the hour was closed, at its newest closing; 0 with a filter",
      ),
    ...Object.fromEntries(
      sums.map(({ name, description }) => [name, z.number().describe(description)]),
    ),
  });
  const counted = row.omit({ late: true });
  return declareRoute({
    path: `/streams/${stream.name}/hours`,
    summary: `${stream.description}: counts of each hour that has any`,
    parameters: z.strictObject({ ...filterParameters(stream), ...range, format }),
    row,
    about: { from: z.string(), to: z.string() },
    answer: async (asked, sources) => {
      const filters = filtersOf(stream, asked);
      const hours = await rangeOf(stream, asked, usualHours, sources);
      const problem = judgeRange(hours);
      if (problem !== undefined) throw refuse("to", problem);
      const [from, to] = [timeText(hours.from), timeText(hours.to)];
      const isOfEvents = needsEvents(stream, filters);
      const names = sums.map(({ name }) => name);
      const sql = `SELECT ${[
        `${hourSql("event.hour")} AS hour`,
        `COUNT(DISTINCT ${keySql(stream)}) AS \`keys\``,
        ...names.map((name) => `SUM(event.${name}) AS ${name}`),
      ].join(", ")}
  FROM ${isOfEvents ? `(${countedSql(stream, filters)})` : hoursSql(stream)} AS event
  ${isOfEvents ? "" : `WHERE ${whereSql(stream, filters)}`}
  GROUP BY event.hour
  ORDER BY event.hour`;
      const params = { from, to, ...filterParams(filters) };
      const isAll = Object.keys(filters.fields).length === 0 && filters.words.length === 0;
      const [rows, closings] = await Promise.all([
        sources.ask({ sql, params }, counted),
        isAll ? sources.ask(closingsOf(stream, from, to), closing) : [],
      ]);
      const lateIn = new Map(closings.map(({ hour, late }) => [hour, late]));
      return { from, to, rows: rows.map((one) => ({ ...one, late: lateIn.get(one.hour) ?? 0 })) };
    },
  });
}

/** Hours and keys as the view has them, of the events that a filter leaves. */
const countedSql = (stream: Stream, filters: Filters): string => {
  const keys = ["hour", ...stream.keys].map((name) => `event.${name}`).join(", ");
  const measures = sumsOf(stream).map((measure) => `${measureSql(measure)} AS ${measure.name}`);
  return `SELECT ${[keys, ...measures].join(", ")}
    FROM ${eventsSql(stream, conditionsOf(stream, filters))} AS event
    WHERE ${whereSql(stream, filters)}
    GROUP BY ${keys}`;
};

/** Closed hours to which something came after they were closed first. */
const closingsOf = (stream: Stream, from: string, to: string): Query => ({
  sql: `SELECT ${hourSql("closing.hour")} AS hour, closing.late
  FROM ${stream.closingsView} AS closing
  WHERE closing.hour >= TIMESTAMP(@from) AND closing.hour < TIMESTAMP(@to)
    AND closing.late > 0 AND closing.late < closing.events`,
  params: { from, to },
});
