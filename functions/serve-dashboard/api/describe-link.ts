import * as z from "zod";
import type { Stream } from "../../../shared/streams/stream.ts";
import { ProblemError } from "../http/problem.ts";
import type { Query } from "../queries/query.ts";
import { post, postRow, postsById, postsSql } from "./describe-post.ts";
import { explainSpelling } from "./explain-spelling.ts";
import { carrier, findCarriers } from "./find-carriers.ts";
import { rangeOf } from "./newest-hour.ts";
import { judgeRange, paging, range, timeText } from "./parameters.ts";
import { declareRoute, format, type Route, refuse } from "./route.ts";
import { hrefOf, showLink } from "./show-link.ts";
import { eventsSql, hourSql, hoursSql } from "./stream-sql.ts";

const hourMs = 3_600_000;
const usualHours = 31 * 24;
/** Posts whose links are looked at for other spellings. */
const spelledPosts = 200;
/** Most characters of a spelling that are shown. */
const maxShown = 2_048;
/** Of a link that is shared more often, the events are too many to look at: its first ones are. */
const mostEvents = 20_000;

const hourRow = z.object({
  hour: z.string(),
  mentions: z.number(),
  authors: z.number(),
  originals: z.number(),
});
const toldRow = hourRow.extend({
  url: z.string().nullable(),
  host: z.string().nullable(),
  title: z.string().nullable(),
});
const authorsRow = z.object({ authors: z.number() });
const countRow = z.object({ source: z.string(), kind: z.string(), n: z.number() });
const idRow = z.object({ id: z.string() });
const spellingRow = z.object({ spelling: z.string(), n: z.number() });

/** Everything about one link: its hours, who shared it, and why its spellings are one page. */
export const describeLink = (stream: Stream): Route =>
  declareRoute({
    path: "/links/{key}",
    summary: "A link: its hours, who shared it, and why its spellings are one page",
    parameters: z.strictObject({
      key: z.string().min(1).max(8_192).meta({ description: "Identity of the page" }),
      ...range,
      ...paging(20),
      format,
    }),
    row: post,
    about: {
      key: z.string(),
      ...toldRow.omit({ hour: true }).shape,
      exact: z
        .boolean()
        .describe("Whether authors are counted over the whole range, not added up by the hour"),
      shown: z.string(),
      href: z.string().optional(),
      from: z.string(),
      to: z.string(),
      hours: z.array(hourRow).describe("Counts of each hour that has any"),
      first: z.string().describe("First hour"),
      peak: z.string().describe("Hour with most mentions"),
      halfLifeHours: z.number().describe("Hours from the first until half of the mentions"),
      carrier: carrier.optional().describe("The post that brought it to most"),
      counts: z.array(countRow).describe("Mentions by source and kind"),
      countedTo: z
        .string()
        .describe(`End of those hours, which hold the first ${mostEvents} or all of them`),
      spellings: z
        .array(spellingRow.extend({ why: z.array(z.string()) }))
        .describe(`How the first ${spelledPosts} posts with no other link write it`),
      next: z.number().optional(),
    },
    answer: async (asked, { ask, ...sources }) => {
      const hours = await rangeOf(stream, asked, usualHours, { ask, ...sources });
      const problem = judgeRange(hours);
      if (problem !== undefined) throw refuse("to", problem);
      const [from, to] = [timeText(hours.from), timeText(hours.to)];
      const key = asked.key;
      const told = await ask(
        {
          sql: `SELECT ${hourSql("event.hour")} AS hour, event.mentions, event.authors, event.originals,
    event.url, event.host, event.title
  FROM ${hoursSql(stream)} AS event
  WHERE event.url_key = @key
  ORDER BY event.hour`,
          params: { key, from, to },
        },
        toldRow,
      );
      const [first] = told;
      if (first === undefined) throw new ProblemError("not-found");
      const eventsOf = (columns: string, until: string, rest = ""): Query => ({
        sql: `SELECT ${columns}
  FROM ${eventsSql(stream, ["event.url_key = @key"])} AS event
  WHERE event.url_key = @key
    AND event.hour >= TIMESTAMP(@from) AND event.hour < TIMESTAMP(@to)${rest}`,
        params: { key, from: first.hour, to: until },
      });
      const idsTo = (most: number, skip: number): Query =>
        eventsOf(
          "event.id",
          endOf(told, skip + most),
          `
  ORDER BY event.hour, event.id
  LIMIT ${most} OFFSET ${skip}`,
        );
      const skip = (asked.page - 1) * asked.limit;
      const countedTo = endOf(told, mostEvents);
      const exact = countedTo === endOf(told, Number.POSITIVE_INFINITY);
      const [[distinct], counts, ids, early, carriers] = await Promise.all([
        exact
          ? ask(eventsOf("COUNT(DISTINCT event.author) AS authors", countedTo), authorsRow)
          : [],
        ask(
          eventsOf(
            "event.source, event.kind, COUNT(DISTINCT event.id) AS n",
            countedTo,
            "\n  GROUP BY event.source, event.kind\n  ORDER BY n DESC, event.source, event.kind",
          ),
          countRow,
        ),
        ask(idsTo(asked.limit + 1, skip), idRow),
        ask(idsTo(spelledPosts, 0), idRow),
        findCarriers([key], { from: first.hour, to: countedTo }, { ask, ...sources }),
      ]);
      const shown = ids.slice(0, asked.limit).map(({ id }) => id);
      const [posts, spellings] = await Promise.all([
        ask(postsById(shown, first.hour), postRow),
        ask(
          {
            sql: `SELECT SUBSTR(link.url, 1, 8192) AS spelling, COUNT(*) AS n
  FROM ${postsSql()} AS post, UNNEST(post.links) AS link
  WHERE post.id IN UNNEST(@ids) AND ARRAY_LENGTH(post.links) = 1
  GROUP BY spelling
  ORDER BY n DESC, spelling
  LIMIT 20`,
            params: { ids: early.map(({ id }) => id), from: first.hour },
          },
          spellingRow,
        ),
      ]);
      const sum = (of: "mentions" | "authors" | "originals") =>
        told.reduce((total, one) => total + one[of], 0);
      const newest = (of: "url" | "host" | "title") =>
        told.findLast((one) => one[of] !== null)?.[of] ?? null;
      const url = newest("url") ?? `https://${key}`;
      const href = hrefOf(url);
      return {
        key,
        url: newest("url"),
        host: newest("host"),
        title: newest("title"),
        mentions: sum("mentions"),
        authors: distinct?.authors ?? sum("authors"),
        originals: sum("originals"),
        exact,
        shown: showLink(url),
        ...(href !== undefined && { href }),
        from,
        to,
        hours: told.map(({ hour, mentions, authors, originals }) => ({
          hour,
          mentions,
          authors,
          originals,
        })),
        first: first.hour,
        peak: told.reduce((most, one) => (one.mentions > most.mentions ? one : most)).hour,
        halfLifeHours: halfLife(told),
        ...(carriers.has(key) && { carrier: carriers.get(key) }),
        counts,
        countedTo,
        spellings: spellings.map(({ spelling, n }) => ({
          spelling: spelling.slice(0, maxShown),
          n,
          why: explainSpelling(spelling, key),
        })),
        ...(ids.length > asked.limit && { next: asked.page + 1 }),
        rows: posts.toSorted((a, b) => shown.indexOf(a.id) - shown.indexOf(b.id)),
      };
    },
  });

type Hours = readonly z.infer<typeof hourRow>[];

/** End of the hour with which so many mentions are reached; of the last one, if they never are. */
function endOf(hours: Hours, mentions: number): string {
  let sum = 0;
  const last = hours.find((one) => {
    sum += one.mentions;
    return sum >= mentions;
  });
  return timeText(Date.parse((last ?? hours.at(-1))?.hour ?? "") + hourMs);
}

/** Hours from the first until half of the mentions were there. */
function halfLife(hours: Hours): number {
  const half = hours.reduce((sum, { mentions }) => sum + mentions, 0) / 2;
  let sum = 0;
  for (const { hour, mentions } of hours) {
    sum += mentions;
    if (sum >= half) return (Date.parse(hour) - Date.parse(hours[0]?.hour ?? hour)) / hourMs + 1;
  }
  return 0;
}
