import * as z from "zod";
import type { Stream } from "../../../shared/streams/stream.ts";
import { post, postColumns, postRow, postsSql } from "./describe-post.ts";
import { rangeOf } from "./newest-hour.ts";
import { judgeRange, nextPage, paging, range, text, timeText } from "./parameters.ts";
import { declareRoute, format, type Route, refuse } from "./route.ts";
import { wantedWords } from "./wanted-words.ts";

const usualHours = 7 * 24;
const maxWords = 20;
const filters = ["author", "source", "language", "kind"] as const;

/** Posts that have words, or are by someone, newest first. `stream` tells which hours have data. */
export const searchPosts = (stream: Stream): Route =>
  declareRoute({
    path: "/search",
    summary: "Posts that hold all of some words, or are by someone; the newest first",
    parameters: z.strictObject({
      words: text(200, "Words that the text must all have, in any language").refine(
        (words) => wantedWords(words ?? "").length <= maxWords,
        `at most ${maxWords} words`,
      ),
      author: text(512, "Only posts by this author"),
      source: text(64, "Only posts of this network"),
      language: text(64, "Only posts in this language, as the source tells it"),
      kind: text(16, "Only posts of this kind"),
      ...range,
      ...paging(50),
      format,
    }),
    row: post,
    about: {
      from: z.string(),
      to: z.string(),
      ...nextPage,
    },
    answer: async (asked, sources) => {
      const hours = await rangeOf(stream, asked, usualHours, sources);
      const problem = judgeRange(hours);
      if (problem !== undefined) throw refuse("to", problem);
      const [from, to] = [timeText(hours.from), timeText(hours.to)];
      const words = wantedWords(asked.words ?? "");
      const given = filters.flatMap((name) => {
        const value = asked[name];
        return value === undefined ? [] : [[name, value] as const];
      });
      const conditionsOn = (reading: string) => [
        `${reading}.event_time >= TIMESTAMP(@from) AND ${reading}.event_time < TIMESTAMP(@to)`,
        ...words.map(({ condition }, n) => condition(reading, `@word_${n}`)),
        ...given.map(([name]) => `${reading}.${name} = @${name}`),
      ];
      const sql = `SELECT ${postColumns}
  FROM ${postsSql(conditionsOn)} AS post
  WHERE ${conditionsOn("post").join("\n    AND ")}
  ORDER BY post.event_time DESC, post.id
  LIMIT ${asked.limit + 1} OFFSET ${(asked.page - 1) * asked.limit}`;
      const params = {
        from,
        to,
        ...Object.fromEntries(given),
        ...Object.fromEntries(words.map(({ value }, n) => [`word_${n}`, value])),
      };
      const found = await sources.ask({ sql, params }, postRow);
      return {
        from,
        to,
        ...(found.length > asked.limit && { next: asked.page + 1 }),
        rows: found.slice(0, asked.limit),
      };
    },
  });
