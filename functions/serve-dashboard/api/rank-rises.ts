import * as z from "zod";
import type { Stream } from "../../../shared/streams/stream.ts";
import type { Query } from "../queries/query.ts";
import { rangeOf } from "./newest-hour.ts";
import { judgeRange, nextPage, paging, range, timeText } from "./parameters.ts";
import { columnsOf, linkOf } from "./rank-keys.ts";
import { declareRoute, format, type Route, refuse } from "./route.ts";
import { hoursSql, summedLabels, sumsOf } from "./stream-sql.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const usualHours = 3;
/** A longer range has no day before it to which it could be compared. */
const maxHours = 24;
/** The same hours of so many days tell what is usual at this time of the day. */
const usualDays = 7;

/**
 * Keys of a stream that have more within some hours than they used to: against the day before, and against
 * the same hours of the seven days before, as the view `trending_urls` does it for single hours.
 */
export function rankRises(stream: Stream): Route {
  const [main] = sumsOf(stream);
  const measure = main?.name ?? "";
  const risen = z.object({
    ...columnsOf(stream),
    n: z.number().describe(`${measure} within these hours`),
    usual: z.number().describe("What as many hours have usually: the greater mean of the two"),
    score: z.number().describe("How far it is above that, in units of what is usual by chance"),
  });
  return declareRoute({
    path: `/streams/${stream.name}/rising`,
    summary: `${stream.description}: the keys that rise fastest, up to ${maxHours} hours against those before`,
    parameters: z.strictObject({ ...range, ...paging(10), format }),
    row: risen.extend({
      shown: z.string().optional().describe("A link as people read it"),
      href: z.string().optional().describe("Where a link leads, if it leads somewhere on the web"),
    }),
    about: {
      from: z.string(),
      to: z.string(),
      ...nextPage,
    },
    answer: async (asked, sources) => {
      const hours = await rangeOf(stream, asked, usualHours, sources);
      const problem = judgeRange(hours);
      if (problem !== undefined) throw refuse("to", problem);
      if (hours.to - hours.from > maxHours * hourMs) {
        throw refuse("to", `must be at most ${maxHours} hours after from`);
      }
      const found = await sources.ask(risesOf(stream, measure, hours, asked), risen);
      return {
        from: timeText(hours.from),
        to: timeText(hours.to),
        ...(found.length > asked.limit && { next: asked.page + 1 }),
        rows: found.slice(0, asked.limit).map((one) => ({ ...one, ...linkOf(stream, one) })),
      };
    },
  });
}

function risesOf(
  stream: Stream,
  measure: string,
  { from, to }: { from: number; to: number },
  { limit, page }: { limit: number; page: number },
): Query {
  const keys = stream.keys.map((name) => `event.${name}`).join(", ");
  const length = (to - from) / hourMs;
  const sumIf = (condition: string) => `COALESCE(SUM(IF(${condition}, event.${measure}, 0)), 0)`;
  const hoursSince = "TIMESTAMP_DIFF(event.hour, TIMESTAMP(@since), HOUR)";
  return {
    sql: `SELECT ${[...stream.keys, ...stream.labels, "n", "usual"].join(", ")},
    (n - usual) / SQRT(usual + 1) AS score
  FROM (
    SELECT ${[...stream.keys, ...stream.labels].join(", ")}, n,
      GREATEST(of_day * ${length} / 24, of_days / ${usualDays}) AS usual
    FROM (
      SELECT ${[keys, ...summedLabels(stream)].join(", ")},
        ${sumIf("event.hour >= TIMESTAMP(@from)")} AS n,
        ${sumIf("event.hour < TIMESTAMP(@from) AND event.hour >= TIMESTAMP(@day)")} AS of_day,
        ${sumIf(`event.hour < TIMESTAMP(@from) AND MOD(${hoursSince}, 24) < ${length}`)} AS of_days
      FROM ${hoursSql(stream, "since")} AS event
      GROUP BY ${keys}
    ) AS summed
  ) AS compared
  WHERE n > usual
  ORDER BY score DESC, ${stream.keys.join(", ")}
  LIMIT ${limit + 1} OFFSET ${(page - 1) * limit}`,
    params: {
      from: timeText(from),
      to: timeText(to),
      day: timeText(from - dayMs),
      // Whole days before the range, so that its own hours come first in each of them.
      since: timeText(from - usualDays * dayMs),
    },
  };
}
