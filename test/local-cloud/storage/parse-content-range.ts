import { invalidRequest } from "./storage-error.ts";

/**
 * What a request to a resumable upload brings: only a question (`status`), or bytes from `first` to
 * `last` (inclusive; undefined: to the end of the body). `total` undefined: not known yet.
 */
export type ContentRange =
  | { kind: "status"; total: number | undefined }
  | { kind: "bytes"; first: number; last: number | undefined; total: number | undefined };

const pattern = /^bytes (?:(?<first>\d{1,15})-(?<last>\d{1,15}|\*)|\*)\/(?<total>\d{1,15}|\*)$/;

/**
 * Reads the Content-Range of an upload: `bytes F-L/T`, where L and T may be a star, or a star in
 * place of `F-L`. An absent header means the whole object.
 *
 * @throws StorageError 400
 */
export function parseContentRange(header: string | undefined): ContentRange {
  if (header === undefined) return { kind: "bytes", first: 0, last: undefined, total: undefined };
  const match = pattern.exec(header.trim());
  if (match === null) throw invalidRequest(`Failed to parse Content-Range header: ${header}`);
  const first = numberOrStar(match.groups?.first);
  const last = numberOrStar(match.groups?.last);
  const total = numberOrStar(match.groups?.total);
  if (first === undefined) return { kind: "status", total };
  const end = last === undefined ? first : last + 1;
  if (end < first || (total !== undefined && end > total)) {
    throw invalidRequest(`Invalid Content-Range header: ${header}`);
  }
  return { kind: "bytes", first, last, total };
}

function numberOrStar(text: string | undefined): number | undefined {
  return text === undefined || text === "*" ? undefined : Number(text);
}
