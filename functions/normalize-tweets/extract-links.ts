import { measurePath } from "./measure-path.ts";
import { scanHost } from "./scan-host.ts";

/**
 * The links in a post's text, as written and in order, repeated ones too; for posts that come
 * without entities. Follows twitter-text: a scheme is optional before a known top-level domain,
 * text in scripts without spaces may touch a link, and `#x.com`, `@x.com`, `$x.com` and the domain
 * of an e-mail address are no links. A link without scheme is returned without one. Of a text only
 * the first 65,536 characters are read.
 */
export function extractLinks(post: string): string[] {
  const text = post.slice(0, maxText);
  // linkify-it knows no dash in a path; one of the same length stands in.
  const dashed = text.replaceAll("–", "-");
  const links: string[] = [];
  candidates.lastIndex = 0;
  for (let match = candidates.exec(text); match !== null; match = candidates.exec(text)) {
    const scheme = match[1] ?? "";
    const hostStart = match.index + scheme.length;
    const { end: hostEnd, isHost } = scanHost(text, hostStart, scheme !== "");
    let end = hostEnd;
    if (isHost) {
      const pathStart = endOfPort(text, hostEnd);
      const path = measurePath(dashed, pathStart, text.slice(hostStart, hostEnd));
      end = pathStart + path.length;
      const refused = isRefusedAfter(text, match.index, scheme) || isCut(text, hostStart, end);
      if (path.isLink && !refused) links.push(text.slice(match.index, end));
    }
    candidates.lastIndex = Math.max(
      isHost ? end : beforeScheme(text, end),
      match.index + match[0].length,
    );
  }
  return links;
}

/** More than twice what the longest post on X may hold. */
const maxText = 65_536;

/** Where a port ends, however many digits it has: `example.com:123456` is not `example.com:12345`. */
function endOfPort(text: string, hostEnd: number): number {
  if (text.charAt(hostEnd) !== ":") return hostEnd;
  digits.lastIndex = hostEnd + 1;
  return digits.test(text) ? digits.lastIndex : hostEnd;
}

const digits = /\d+/y;

/** A scheme, or the first letter of a word that may be a host. */
const candidates = /(https?:\/\/)|[a-z0-9_\u00c0-\u024f]/gi;

/** Where a scheme begins that a word ends with: `said.https://x.com`. */
function beforeScheme(text: string, end: number): number {
  if (!text.startsWith("://", end)) return end;
  const scheme = /[^a-z0-9](https?)$/i.exec(text.slice(Math.max(end - 6, 0), end))?.[1];
  return end - (scheme?.length ?? 0);
}

/** Whether the text is cut within the slug of a t.co link, as in a classic retweet. */
function isCut(text: string, hostStart: number, end: number): boolean {
  if (end !== text.length - 1 || text.charAt(end) !== "…") return false;
  return /^t\.co(?:\/[A-Za-z0-9]{0,9})?$/i.test(text.slice(hostStart, end));
}

/** Whether the character before makes a link a hashtag, mention, cashtag or the rest of a word. */
function isRefusedAfter(text: string, start: number, scheme: string): boolean {
  const before = text.slice(Math.max(start - 1, 0), start);
  return /[A-Za-z0-9@＠$#＃\u202a-\u202e]/.test(before) || (scheme === "" && /[-_./]/.test(before));
}
