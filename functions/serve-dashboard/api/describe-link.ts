import * as z from "zod";
import type { Stream } from "../../../shared/streams/stream.ts";
import { ProblemError } from "../http/problem.ts";
import { post, postRow, postsById, postsSql } from "./describe-post.ts";
import { explainSpelling } from "./explain-spelling.ts";
import { carrier, findCarriers } from "./find-carriers.ts";
import { rangeOf } from "./newest-hour.ts";
import { judgeRange, paging, range, timeText } from "./parameters.ts";
import { declareRoute, format, type Route, refuse } from "./route.ts";
import { hrefOf, showLink } from "./show-link.ts";
import { eventsSql, hourSql } from "./stream-sql.ts";

const hourMs = 3_600_000;
const usualHours = 31 * 24;
/** Posts whose links are looked at for other spellings. */
const spelledPosts = 200;

const hourRow = z.object({ hour: z.string(), mentions: z.number(), authors: z.number() });
const factRow = z.object({
  url: z.string().nullable(),
  host: z.string().nullable(),
  title: z.string().nullable(),
  mentions: z.number(),
  authors: z.number(),
  originals: z.number(),
});
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
      ...factRow.shape,
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
      const params = { key: asked.key, from, to };
      const where = `WHERE event.url_key = @key
    AND event.hour >= TIMESTAMP(@from) AND event.hour < TIMESTAMP(@to)`;
      const events = `FROM ${eventsSql(stream)} AS event
  ${where}`;
      const [perHour, [facts], counts, ids, early] = await Promise.all([
        ask(
          {
            sql: `SELECT ${hourSql("event.hour")} AS hour, event.mentions, event.authors
  FROM ${stream.view} AS event
  ${where}
  ORDER BY event.hour`,
            params,
          },
          hourRow,
        ),
        ask(
          {
            sql: `SELECT MAX(event.url) AS url, ANY_VALUE(event.host) AS host, MAX(event.title) AS title,
    COUNT(DISTINCT event.id) AS mentions, COUNT(DISTINCT event.author) AS authors,
    COUNT(DISTINCT IF(event.kind != 'repost', event.id, NULL)) AS originals
  ${events}`,
            params,
          },
          factRow,
        ),
        ask(
          {
            sql: `SELECT event.source, event.kind, COUNT(DISTINCT event.id) AS n
  ${events}
  GROUP BY event.source, event.kind
  ORDER BY n DESC`,
            params,
          },
          countRow,
        ),
        ask(
          {
            sql: `SELECT event.id
  ${events}
  ORDER BY event.hour, event.id
  LIMIT ${asked.limit + 1} OFFSET ${(asked.page - 1) * asked.limit}`,
            params,
          },
          idRow,
        ),
        ask(
          {
            sql: `SELECT event.id ${events} ORDER BY event.hour, event.id LIMIT ${spelledPosts}`,
            params,
          },
          idRow,
        ),
      ]);
      const first = perHour[0];
      if (first === undefined || facts === undefined || facts.mentions === 0) {
        throw new ProblemError("not-found");
      }
      const shown = ids.slice(0, asked.limit).map(({ id }) => id);
      const [posts, carriers, spellings] = await Promise.all([
        ask(postsById(shown, from), postRow),
        findCarriers([asked.key], { from, to }, { ask, ...sources }),
        ask(
          {
            sql: `SELECT SUBSTR(link.url, 1, 2048) AS spelling, COUNT(*) AS n
  FROM ${postsSql} AS post, UNNEST(post.links) AS link
  WHERE post.id IN UNNEST(@ids) AND ARRAY_LENGTH(post.links) = 1
  GROUP BY spelling
  ORDER BY n DESC, spelling
  LIMIT 20`,
            params: { ids: early.map(({ id }) => id), from },
          },
          spellingRow,
        ),
      ]);
      const url = facts.url ?? `https://${asked.key}`;
      const href = hrefOf(url);
      return {
        key: asked.key,
        ...facts,
        shown: showLink(url),
        ...(href !== undefined && { href }),
        from,
        to,
        hours: perHour,
        first: first.hour,
        peak: perHour.reduce((most, one) => (one.mentions > most.mentions ? one : most)).hour,
        halfLifeHours: halfLife(perHour),
        ...(carriers.has(asked.key) && { carrier: carriers.get(asked.key) }),
        counts,
        spellings: spellings.map((one) => ({ ...one, why: explainSpelling(one.spelling, url) })),
        ...(ids.length > asked.limit && { next: asked.page + 1 }),
        rows: posts.toSorted((a, b) => shown.indexOf(a.id) - shown.indexOf(b.id)),
      };
    },
  });

/** Hours from the first until half of the mentions were there. */
function halfLife(hours: readonly z.infer<typeof hourRow>[]): number {
  const half = hours.reduce((sum, { mentions }) => sum + mentions, 0) / 2;
  let sum = 0;
  for (const { hour, mentions } of hours) {
    sum += mentions;
    if (sum >= half) return (Date.parse(hour) - Date.parse(hours[0]?.hour ?? hour)) / hourMs + 1;
  }
  return 0;
}
