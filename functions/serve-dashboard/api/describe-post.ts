import * as z from "zod";
import { shownText } from "../../../shared/posts/shown-text.ts";
import { postsLatestSql } from "../../../shared/rows/posts-latest.ts";
import type { Query } from "../queries/query.ts";
import { hrefOf, showLink } from "./show-link.ts";
import { inline } from "./stream-sql.ts";

/** Most characters of a text that is shown: posts have up to 100,000. */
const maxTextLength = 1_000;
/** Most links of a post that are shown. */
const maxLinks = 20;

const link = z.object({
  url: z.string().describe("As the post has it, cut where it is long"),
  shown: z.string().describe("As people read it"),
  href: z.string().optional().describe("Where it leads, if it leads somewhere on the web"),
});

/** A post as it is told: what it says is other people's text. */
export const post = z.object({
  id: z.string(),
  at: z.string().nullable().describe("When it was created, UTC"),
  source: z.string(),
  author: z.string().nullable(),
  kind: z.string().nullable(),
  language: z.string().nullable(),
  text: z.string().nullable().describe("Cut where it is long; absent where it is not kept"),
  links: z.array(link),
  href: z.string().optional().describe("Where the post can be read"),
});

export type Post = z.infer<typeof post>;

/** A post as the queries here read it. */
export const postRow = z
  .object({
    id: z.string(),
    created: z.string().nullable(),
    source: z.string(),
    author: z.string().nullable(),
    kind: z.string().nullable(),
    language: z.string().nullable(),
    text: z.string().nullable(),
    urls: z.array(z.string()),
  })
  .transform(({ urls, created, ...row }): Post => {
    const href = postHref(row.id);
    const text = row.text === null ? null : shownText(row.source, row.text);
    return {
      ...row,
      text,
      at: created,
      links: urls.slice(0, maxLinks).map(linkOf),
      ...(href && { href }),
    };
  });

const linkOf = (url: string): z.infer<typeof link> => {
  const href = hrefOf(url);
  const cut = url.slice(0, maxTextLength);
  return {
    url: cut,
    shown: showLink(cut),
    ...(href !== undefined && href.length <= 8_192 && { href }),
  };
};

/** Columns of `posts_latest` that make a post; texts are cut where they are read. */
export const postColumns = `post.id, FORMAT_TIMESTAMP('%Y-%m-%dT%H:%M:%SZ', post.event_time) AS created,
    post.source, post.author, post.kind, post.language, SUBSTR(post.text, 1, ${maxTextLength}) AS text,
    ARRAY(SELECT SUBSTR(link.url, 1, 8192) FROM UNNEST(post.links) AS link) AS urls`;

/**
 * Rows of `posts_latest`, with all that were created since `@from`: no older partition is read. `where`
 * are conditions that some reading of a post must fulfil, so that no others are compared.
 */
export const postsSql = (where?: (reading: string) => readonly string[]): string =>
  inline(postsLatestSql("TIMESTAMP(@from)", where));

/** The posts with these ids that were created since `from`, in no order. */
export const postsById = (ids: readonly string[], from: string): Query => ({
  sql: `SELECT ${postColumns}
  FROM ${postsSql()} AS post
  WHERE post.id IN UNNEST(@ids)`,
  params: { ids, from },
});

/** Where a post can be read, as its network names its posts. */
export function postHref(id: string): string | undefined {
  const [source, ...rest] = id.split(":");
  const native = rest.join(":");
  switch (source) {
    case "x":
      return /^\d+$/.test(native) ? `https://x.com/i/status/${native}` : undefined;
    case "bluesky": {
      const [did, key, ...more] = native.split("/");
      if (did === undefined || key === undefined || more.length > 0) return undefined;
      return `https://bsky.app/profile/${encodeURIComponent(did)}/post/${encodeURIComponent(key)}`;
    }
    default:
      return hrefOf(native);
  }
}
