import { invalidRequest } from "./storage-error.ts";

/** A page of a listing: names of objects, prefixes rolled up at the delimiter, where to go on. */
export type NamePage = { names: string[]; prefixes: string[]; nextPageToken: string | undefined };

export type ListQuery = {
  prefix: string;
  /** Empty: nothing is rolled up. */
  delimiter: string;
  /** Inclusive; empty: from the beginning. */
  startOffset: string;
  /** Exclusive; empty: to the end. */
  endOffset: string;
  maxResults: number;
  /** `nextPageToken` of the page before, or undefined for the first. */
  pageToken: string | undefined;
};

/**
 * Lists names in the order of their UTF-8 bytes. Names that share what lies between the prefix and
 * the next delimiter appear once, as a prefix; names and prefixes count towards `maxResults` alike.
 * https://cloud.google.com/storage/docs/json_api/v1/objects/list
 *
 * @throws StorageError 400 when the page token is not one of ours
 */
export function listNames(allNames: Iterable<string>, query: ListQuery): NamePage {
  const after = query.pageToken === undefined ? undefined : decodePageToken(query.pageToken);
  const wanted = [...allNames]
    .filter(
      (name) =>
        name.startsWith(query.prefix) &&
        compareUtf8(name, query.startOffset) >= 0 &&
        (query.endOffset === "" || compareUtf8(name, query.endOffset) < 0),
    )
    .sort(compareUtf8);

  const page: NamePage = { names: [], prefixes: [], nextPageToken: undefined };
  let last: string | undefined;
  for (const name of wanted) {
    const rolledUp = rollUp(name, query);
    const entry = rolledUp ?? name;
    const seen = entry === last || (after !== undefined && compareUtf8(entry, after) <= 0);
    if (seen) continue;
    if (page.names.length + page.prefixes.length === query.maxResults) {
      page.nextPageToken = Buffer.from(last ?? "").toString("base64url");
      return page;
    }
    (rolledUp === undefined ? page.names : page.prefixes).push(entry);
    last = entry;
  }
  return page;
}

/** The prefix that stands for a name in the listing, if one does. */
function rollUp(name: string, { prefix, delimiter }: ListQuery): string | undefined {
  const at = delimiter === "" ? -1 : name.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : name.slice(0, at + delimiter.length);
}

function decodePageToken(token: string): string {
  const decoded = Buffer.from(token, "base64url").toString();
  if (decoded === "" || Buffer.from(decoded).toString("base64url") !== token) {
    throw invalidRequest(`Invalid page token: '${token}'`);
  }
  return decoded;
}

/** JavaScript sorts by UTF-16 units, which puts U+10000 and above before U+E000; bytes do not. */
export function compareUtf8(left: string, right: string): number {
  const shorter = Math.min(left.length, right.length);
  for (let at = 0; at < shorter; at += 1) {
    const difference = utf8Rank(left.charCodeAt(at)) - utf8Rank(right.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function utf8Rank(unit: number): number {
  const surrogate = unit >= 0xd800 && unit <= 0xdfff;
  return surrogate ? unit + 0x10000 : unit;
}
