import * as z from "zod";
import { anomaly } from "../../../shared/events/anomaly.v1.ts";
import { anomaliesLatestSql } from "../../../shared/rows/anomalies-latest.ts";
import type { Stream } from "../../../shared/streams/stream.ts";
import { rangeOf } from "./newest-hour.ts";
import { judgeRange, nextPage, paging, range, timeText } from "./parameters.ts";
import { declareRoute, format, type Route, refuse } from "./route.ts";
import { hourSql, inline } from "./stream-sql.ts";

const usualHours = 28 * 24;

const { stream, hour, state, incident, since, direction, actual, expected, score, reason } =
  anomaly.shape;
const row = z.object({
  stream,
  key: z.string().nullable().describe("The key; nothing for the total of the stream"),
  hour,
  state,
  incident,
  since,
  direction,
  actual,
  expected,
  score,
  reason,
});

/** Hours that are not as their history lets expect, the newest first. */
export const listAnomalies = (streams: readonly Stream[], main: Stream): Route =>
  declareRoute({
    path: "/anomalies",
    summary: "Hours that are not as their history lets expect, and why; the newest first",
    parameters: z.strictObject({
      stream: z
        .enum(streams.map(({ name }) => name))
        .optional()
        .meta({ description: "Only those of this stream" }),
      totals: z
        .literal("yes")
        .optional()
        .meta({ description: "Only those of totals, not of single keys" }),
      ...range,
      ...paging(50),
      format,
    }),
    row,
    about: {
      from: z.string(),
      to: z.string(),
      ...nextPage,
    },
    answer: async (asked, sources) => {
      const of = streams.find(({ name }) => name === asked.stream) ?? main;
      const hours = await rangeOf(of, asked, usualHours, sources);
      const problem = judgeRange(hours);
      if (problem !== undefined) throw refuse("to", problem);
      const [from, to] = [timeText(hours.from), timeText(hours.to)];
      const conditions = [
        "anomaly.hour >= TIMESTAMP(@from) AND anomaly.hour < TIMESTAMP(@to)",
        ...(asked.stream === undefined ? [] : ["anomaly.stream = @stream"]),
        ...(asked.totals === undefined ? [] : ["anomaly.key IS NULL"]),
      ];
      const sql = `SELECT anomaly.stream, anomaly.key, ${hourSql("anomaly.hour")} AS hour, anomaly.state,
    anomaly.incident, ${hourSql("anomaly.since")} AS since, anomaly.direction, anomaly.actual,
    anomaly.expected, anomaly.score, anomaly.reason
  FROM ${inline(anomaliesLatestSql("TIMESTAMP(@from)"))} AS anomaly
  WHERE ${conditions.join("\n    AND ")}
  ORDER BY anomaly.hour DESC, anomaly.stream, anomaly.key
  LIMIT ${asked.limit + 1} OFFSET ${(asked.page - 1) * asked.limit}`;
      const params = { from, to, ...(asked.stream !== undefined && { stream: asked.stream }) };
      const found = await sources.ask({ sql, params }, row);
      return {
        from,
        to,
        ...(found.length > asked.limit && { next: asked.page + 1 }),
        rows: found.slice(0, asked.limit),
      };
    },
  });
