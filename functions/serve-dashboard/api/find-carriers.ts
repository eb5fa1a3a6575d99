import * as z from "zod";
import { interactions } from "../../../shared/streams/interactions.ts";
import { urlMentions } from "../../../shared/streams/url-mentions.ts";
import type { Query } from "../queries/query.ts";
import { postHref } from "./describe-post.ts";
import type { Sources } from "./route.ts";
import { eventsSql } from "./stream-sql.ts";

/** The post that brought a link to most: the one that others passed on most often. */
export const carrier = z.object({
  id: z.string(),
  reshares: z.number().describe("Posts that pass it on"),
  href: z.string().optional().describe("Where the post can be read"),
});

const row = z.object({ url_key: z.string(), post: z.string(), n: z.number() });

/** Of each of these links the post that brought it to most, where any was passed on in that time. */
export async function findCarriers(
  keys: readonly string[],
  { from, to }: { from: string; to: string },
  { ask }: Sources,
): Promise<ReadonlyMap<string, z.infer<typeof carrier>>> {
  if (keys.length === 0) return new Map();
  const found = await ask(carriersOf(keys, from, to), row);
  return new Map(
    found.map(({ url_key, post, n }) => {
      const href = postHref(post);
      return [url_key, { id: post, reshares: n, ...(href !== undefined && { href }) }];
    }),
  );
}

/** A post that shares a link by passing on another post is an interaction with that post, too. */
const carriersOf = (keys: readonly string[], from: string, to: string): Query => ({
  sql: `SELECT mention.url_key, interaction.target AS post, COUNT(DISTINCT mention.id) AS n
  FROM ${eventsSql(urlMentions, ["event.url_key IN UNNEST(@ids)"])} AS mention
  JOIN ${eventsSql(interactions, ["event.is_reshare AND event.target IS NOT NULL"])} AS interaction ON interaction.id = mention.id
  WHERE mention.hour >= TIMESTAMP(@from) AND mention.hour < TIMESTAMP(@to)
    AND interaction.hour >= TIMESTAMP(@from) AND interaction.hour < TIMESTAMP(@to)
    AND interaction.is_reshare AND interaction.target IS NOT NULL
    AND mention.url_key IN UNNEST(@ids)
  GROUP BY mention.url_key, interaction.target
  QUALIFY ROW_NUMBER() OVER (PARTITION BY mention.url_key ORDER BY COUNT(DISTINCT mention.id) DESC, interaction.target) = 1`,
  params: { from, to, ids: keys },
});
