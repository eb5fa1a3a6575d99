import { invalidRequest } from "./storage-error.ts";

/** The real service gives at most so many entries a page. */
const maxResults = 1000;

/** Entries a page may have. @throws StorageError 400 when it is not a positive integer */
export function parseMaxResults(query: URLSearchParams): number {
  const text = query.get("maxResults") ?? String(maxResults);
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0) {
    throw invalidRequest(`Invalid value for maxResults: '${text}'`);
  }
  return Math.min(Number(text), maxResults);
}
