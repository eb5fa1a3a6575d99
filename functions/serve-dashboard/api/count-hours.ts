import * as z from "zod";
import { measureSql } from "../../../shared/streams/count-events.ts";
import type { Stream } from "../../../shared/streams/stream.ts";
import { rangeOf } from "./newest-hour.ts";
import { judgeRange, range, timeText } from "./parameters.ts";
import { declareRoute, format, type Route, refuse } from "./route.ts";
import { filterParameters, filtersOf } from "./stream-parameters.ts";
import { filterParams, hourSql, keySql, needsEvents, sumsOf, whereSql } from "./stream-sql.ts";

const usualHours = 24;

/** Counts of each hour of a stream, of all its keys or of those that a filter leaves. */
export function countHours(stream: Stream): Route {
  const sums = sumsOf(stream);
  const row = z.object({
    hour: z.string().describe("Start of the UTC hour"),
    keys: z.number().describe("How many different keys it has"),
    ...Object.fromEntries(
      sums.map(({ name, description }) => [name, z.number().describe(description)]),
    ),
  });
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
      const columns = [
        `${hourSql("event.hour")} AS hour`,
        `COUNT(DISTINCT ${keySql(stream)}) AS \`keys\``,
        ...sums.map(
          (measure) =>
            `${isOfEvents ? measureSql(measure) : `SUM(event.${measure.name})`} AS ${measure.name}`,
        ),
      ];
      const sql = `SELECT ${columns.join(", ")}
  FROM ${isOfEvents ? stream.eventsView : stream.view} AS event
  WHERE ${whereSql(stream, filters)}
  GROUP BY event.hour
  ORDER BY event.hour`;
      const params = { from, to, ...filterParams(filters) };
      return { from, to, rows: await sources.ask({ sql, params }, row) };
    },
  });
}
