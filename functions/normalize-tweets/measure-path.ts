import { LinkifyIt } from "linkify-it";

/** How much of the text after a host belongs to its link. */
export type MeasuredPath = { length: number; isLink: boolean };

/**
 * Measures port-less path, query and fragment from `start` with the rules of linkify-it (balanced
 * brackets, no closing punctuation), which end where a script without spaces or an emoji begins.
 */
export function measurePath(text: string, start: number, host: string): MeasuredPath {
  const next = text.charCodeAt(start);
  if (next !== SLASH && next !== QUESTION && next !== HASH) return { length: 0, isLink: true };
  return host.toLowerCase() === "t.co"
    ? measureSlug(text, start)
    : { length: pathLength(text, start), isLink: true };
}

/** Cut before the first character that is foreign to links. */
function pathLength(text: string, start: number): number {
  const rest = text.slice(start, start + maxPath);
  const end = rest.search(foreign);
  const path = end === -1 ? rest : rest.slice(0, end);
  return trimmedLength(path, linkify.testSchemaAt(placeholder + path, "http:", 0));
}

const SLASH = 0x2f;
const QUESTION = 0x3f;
const HASH = 0x23;
const maxPath = 4096;
const placeholder = "//h.co";
const linkify = new LinkifyIt();

/** Scripts that are written without spaces, their punctuation, symbols, emoji and direction marks. */
const foreign =
  /[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2190-\u2bff\u2e80-\ud7ff\ud800-\udfff\uf900-\ufaff\uff00-\uffef]|[\ufe00-\ufe4f]/;

/** Without the punctuation that ends a sentence: linkify-it leaves a comma of many. */
function trimmedLength(path: string, matched: number): number {
  let length = Math.max(matched - placeholder.length, 0);
  while (length > 0 && ".,;:!?'\"|".includes(path.charAt(length - 1))) length--;
  return length;
}

/** The slugs of t.co are letters and digits, so that `t.co/abc's` ends before the apostrophe. */
function measureSlug(text: string, start: number): MeasuredPath {
  slugs.lastIndex = start;
  if (!slugs.test(text)) return { length: 0, isLink: true };
  const end = slugs.lastIndex;
  const isLink = end - start - 1 <= maxSlug;
  return { length: text.charAt(end) === "?" ? pathLength(text, start) : end - start, isLink };
}

const slugs = /\/[A-Za-z0-9]*/y;
const maxSlug = 40;
