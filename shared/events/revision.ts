import * as z from "zod";

/**
 * How well informed a reading of a post is, written so that of two readings of one post the better
 * informed one is the greater text: `<edit>.<reader>.<known>.<tie>` in base 36, each of a fixed
 * width. First decides the edit, then the version of the normalizer that read it, then how much its
 * source knew, and between equals a hash of what was read, so that exactly one reading wins.
 */
export const readingRevision = z
  .string()
  .regex(/^[0-9a-z]{8}\.[0-9a-z]{2}\.[0-9a-z]{3}\.[0-9a-z]{6}$/);

/** The revision of a reading behind the version of the rules that judged its links: `<rules>.…`. */
export const judgedRevision = z
  .string()
  .regex(/^[0-9a-z]{2}\.[0-9a-z]{8}\.[0-9a-z]{2}\.[0-9a-z]{3}\.[0-9a-z]{6}$/);

/** A post as one source delivered it once. */
type Reading = {
  /** Version of the normalizer's reading; a change that finds other links raises it. */
  reader: number;
  /** ms from the creation of the post to that of the version that was read: 0 when never edited. */
  editedAfterMs: number;
  /** Whether the source told the whole post with its links, not a part or a bare text. */
  isComplete: boolean;
  /** How many links the source has followed to where they lead. */
  resolved: number;
  author?: string | undefined;
  kind: string;
  links: readonly { url: string; title?: string | undefined }[];
};

/** The revision of a reading; equal readings have equal revisions, whoever delivers them. */
export function revisionOf(reading: Reading): string {
  const { reader, editedAfterMs, isComplete, resolved, author, kind, links } = reading;
  let titles = 0;
  let tie = mix(mix(offsetBasis, kind), author ?? "");
  for (const { url, title } of links) {
    tie = mix(mix(tie, url), title ?? "");
    if (title !== undefined) titles += 1;
  }
  const edit = digits(Math.max(0, editedAfterMs), 8);
  const completeness = (isComplete ? 2 : 0) + (author === undefined ? 0 : 1);
  const known = (completeness * 36 + Math.min(resolved, 35)) * 36 + Math.min(titles, 35);
  return `${edit}.${digits(reader, 2)}.${digits(known, 3)}.${digits(tie >>> 1, 6)}`;
}

/** Whether a reading is of the first version of its post, by the first version of its normalizer. */
export const isFirstReading = (revision: string): boolean => revision.startsWith("00000000.01.");

/** The revision of what rules of this version make of a reading. */
export const judgedBy = (rules: number, revision: string): string =>
  `${digits(rules, 2)}.${revision}`;

/** A whole number in base 36, so wide; what is greater counts as the greatest. */
const digits = (value: number, width: number): string =>
  Math.min(value, 36 ** width - 1)
    .toString(36)
    .padStart(width, "0");

const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

/** FNV-1a over the code units of a text and the end of it. http://www.isthe.com/chongo/tech/comp/fnv/ */
function mix(hash: number, text: string): number {
  let mixed = hash;
  for (let at = 0; at < text.length; at++) mixed = Math.imul(mixed ^ text.charCodeAt(at), prime);
  return Math.imul(mixed ^ 0xffff, prime);
}
