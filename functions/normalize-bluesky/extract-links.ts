import { LinkifyIt } from "linkify-it";
import tlds from "tlds" with { type: "json" };

/** Ten times what a post may hold. */
const maxText = 30_000;
const linkify = new LinkifyIt({ fuzzyLink: true, fuzzyEmail: false, maxLength: maxText, tlds });

/**
 * The links in the text of a post, as written, each once, in order; for posts that come without their
 * facets. A link without scheme is returned without one, and one whose end clients have left out
 * (`nytimes.com/live/2026/...`) is none. Of a text only the first 30,000 characters are read.
 */
export function extractLinks(post: string): string[] {
  const text = post.slice(0, maxText);
  const links = new Set<string>();
  for (const { schema, raw, lastIndex } of linkify.match(text) ?? []) {
    const isCut = text.startsWith("...", lastIndex) || text.startsWith("…", lastIndex);
    if (webSchemes.has(schema) && !isCut) links.add(raw);
  }
  return [...links];
}

const webSchemes = new Set(["", "http:", "https:"]);
