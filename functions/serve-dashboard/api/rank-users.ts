import * as z from "zod";
import { interactions } from "../../../shared/streams/interactions.ts";
import { rangeOf } from "./newest-hour.ts";
import { judgeRange, nextPage, paging, range, text, timeText } from "./parameters.ts";
import { profileHref } from "./profile-href.ts";
import { declareRoute, format, type Route, refuse } from "./route.ts";
import { eventsSql } from "./stream-sql.ts";

const usualHours = 24;

const moved = z.object({
  user: z.string().describe("Whom others react to"),
  score: z.number().describe("Sum of what the reactions weigh: a repost 4, a mention 1"),
  interactions: z.number().describe("Posts that react to the user"),
  reshares: z.number().describe("Of these, posts that pass on what the user has said"),
  influenced: z.number().describe("Different users who react"),
  followers: z.number().nullable().describe("Followers then, where the source tells"),
});

/** Who moves most within some hours. */
export const rankUsers = (): Route =>
  declareRoute({
    path: "/users",
    summary: "Users who move most within some hours: whom others repost, quote, answer and mention",
    parameters: z.strictObject({
      source: text(64, "Only reactions on this network"),
      ...range,
      ...paging(50),
      format,
    }),
    row: moved.extend({ href: z.string().optional().describe("Where the user is, on the web") }),
    about: {
      from: z.string(),
      to: z.string(),
      ...nextPage,
    },
    answer: async ({ source, limit, page, ...asked }, sources) => {
      const hours = await rangeOf(interactions, asked, usualHours, sources);
      const problem = judgeRange(hours);
      if (problem !== undefined) throw refuse("to", problem);
      const [from, to] = [timeText(hours.from), timeText(hours.to)];
      const sql = `SELECT event.influencer AS user, SUM(event.weight) AS score, COUNT(*) AS interactions,
    COUNTIF(event.is_reshare) AS reshares, COUNT(DISTINCT event.influenced) AS influenced,
    MAX(event.influencer_followers) AS followers
  FROM ${eventsSql(interactions)} AS event
  WHERE event.hour >= TIMESTAMP(@from) AND event.hour < TIMESTAMP(@to)${source === undefined ? "" : " AND event.source = @source"}
  GROUP BY event.influencer
  ORDER BY score DESC, event.influencer
  LIMIT ${limit + 1} OFFSET ${(page - 1) * limit}`;
      const params = { from, to, ...(source !== undefined && { source }) };
      const found = await sources.ask({ sql, params }, moved);
      return {
        from,
        to,
        ...(found.length > limit && { next: page + 1 }),
        rows: found.slice(0, limit).map((one) => ({ ...one, ...profileHref(one.user) })),
      };
    },
  });
