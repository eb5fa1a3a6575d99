import * as z from "zod";
import { interactions } from "../../../shared/streams/interactions.ts";
import type { Query } from "../queries/query.ts";
import { rangeOf } from "./newest-hour.ts";
import { judgeRange, nextPage, paging, range, timeText } from "./parameters.ts";
import { profileHref } from "./profile-href.ts";
import { declareRoute, format, type Route, refuse } from "./route.ts";
import { eventsSql, hourSql } from "./stream-sql.ts";

const usualHours = 31 * 24;

/** Of the two users of an interaction, the one who is asked for, and the other. */
const sides = {
  moves: { own: "influencer", other: "influenced" },
  "is moved by": { own: "influenced", other: "influencer" },
} as const;

const tie = z.object({
  direction: z
    .enum(["moves", "is moved by"])
    .describe("Whether the other reacts to the user, or the user to the other"),
  other: z.string().describe("The other user"),
  score: z.number().describe("Sum of what the reactions weigh: a repost 4, a mention 1"),
  interactions: z.number().describe("Posts that react"),
  reshares: z.number().describe("Of these, posts that pass on what was said"),
  first: z.string().describe("When the first was, UTC"),
  last: z.string().describe("When the last was, UTC"),
});
const sum = z.object({
  others: z.number().describe("Different users"),
  interactions: z.number(),
  score: z.number(),
});

/** Who moves whom, seen from one user. */
export const describeUser = (): Route =>
  declareRoute({
    path: "/users/{user}",
    summary: "A user: whom it moves, and who moves it",
    parameters: z.strictObject({
      user: z.string().min(1).max(512).meta({ description: "The user, by id" }),
      ...range,
      ...paging(50),
      format,
    }),
    row: tie,
    about: {
      user: z.string(),
      href: z.string().optional().describe("Where the user is, on the web"),
      from: z.string(),
      to: z.string(),
      moves: sum,
      movedBy: sum,
      ...nextPage,
    },
    answer: async ({ user, limit, page, ...asked }, sources) => {
      const hours = await rangeOf(interactions, asked, usualHours, sources);
      const problem = judgeRange(hours);
      if (problem !== undefined) throw refuse("to", problem);
      const params = { user, from: timeText(hours.from), to: timeText(hours.to) };
      const place = `LIMIT ${limit + 1} OFFSET ${(page - 1) * limit}`;
      const [[moves], [movedBy], influenced, influencers] = await Promise.all([
        sources.ask(sumOf("moves", params), sum),
        sources.ask(sumOf("is moved by", params), sum),
        sources.ask(tiesOf("moves", params, place), tie),
        sources.ask(tiesOf("is moved by", params, place), tie),
      ]);
      const none = { others: 0, interactions: 0, score: 0 };
      const hasNext = influenced.length > limit || influencers.length > limit;
      return {
        ...params,
        ...profileHref(user),
        moves: moves ?? none,
        movedBy: movedBy ?? none,
        ...(hasNext && { next: page + 1 }),
        rows: [...influenced.slice(0, limit), ...influencers.slice(0, limit)],
      };
    },
  });

type Direction = keyof typeof sides;

const eventsOf = (direction: Direction): string => `FROM ${eventsSql(interactions)} AS event
  WHERE event.${sides[direction].own} = @user
    AND event.hour >= TIMESTAMP(@from) AND event.hour < TIMESTAMP(@to)`;

const sumOf = (direction: Direction, params: Query["params"]): Query => ({
  sql: `SELECT COUNT(DISTINCT event.${sides[direction].other}) AS others, COUNT(*) AS interactions,
    COALESCE(SUM(event.weight), 0) AS score
  ${eventsOf(direction)}`,
  params,
});

const tiesOf = (direction: Direction, params: Query["params"], place: string): Query => ({
  sql: `SELECT '${direction}' AS direction, event.${sides[direction].other} AS other,
    SUM(event.weight) AS score, COUNT(*) AS interactions, COUNTIF(event.is_reshare) AS reshares,
    ${hourSql("MIN(event.event_time)")} AS first, ${hourSql("MAX(event.event_time)")} AS last
  ${eventsOf(direction)}
  GROUP BY event.${sides[direction].other}
  ORDER BY score DESC, other
  ${place}`,
  params,
});
