import type { z } from "zod";

import { BigqueryError } from "../bigquery-error.ts";
import type { Catalog, CatalogTable } from "../open-catalog.ts";
import type { Jobs } from "../run-jobs.ts";

/** What the routes of every resource work with. */
export type Services = {
  catalog: Catalog;
  jobs: Jobs;
  countRows: (table: CatalogTable) => Promise<bigint>;
  /** The rows of a table from one on, as they are stored. */
  readRows: (table: CatalogTable, from: number, most: number) => ReturnType<Jobs["readTable"]>;
};

export type Call = {
  /** The named parts of the path. */
  at: (name: string) => string;
  query: URLSearchParams;
  body: unknown;
};

export type Answer = { status?: number; body?: unknown };

export type Route = {
  method: string;
  path: RegExp;
  handle: (call: Call) => Promise<Answer> | Answer;
};

/** A route under `/bigquery/v2`, which the emulator variable leaves out; `{name}` is a part. */
export function route(method: string, path: string, handle: Route["handle"]): Route {
  const pattern = path.replace(/\{(\w+)\}/g, "(?<$1>[^/]+)");
  return { method, path: new RegExp(`^(?:/bigquery/v2)?${pattern}$`), handle };
}

/** Reads a request; what this server does not know is 501 and names it. */
export function readRequest<Schema extends z.ZodType>(
  schema: Schema,
  request: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(request);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path.join(".") ?? "";
  throw new BigqueryError(
    issue?.code === "unrecognized_keys" ? "notImplemented" : "invalid",
    `Invalid request: ${path === "" ? "" : `${path}: `}${issue?.message ?? "not an object"}`,
  );
}

/** What any request may carry: how the answer is written, and for whom. */
const common = [
  "$.xgafv",
  "access_token",
  "alt",
  "callback",
  "fields",
  "key",
  "oauth_token",
  "prettyPrint",
  "quotaUser",
  "trace",
  "uploadType",
  "userIp",
];

/** The query of a URL without what changes nothing. */
export function readQuery(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...query].filter(([name]) => !common.includes(name)));
}

/** A page of a list; the token is the place of the next one, and of no other list. */
export function paginate<Item>(list: string, items: readonly Item[], query: URLSearchParams) {
  const start = readPageToken(list, query.get("pageToken"));
  const end = start + Math.min(Number(query.get("maxResults") ?? 1_000) || 1_000, 1_000);
  return {
    page: items.slice(start, end),
    nextPageToken: end < items.length ? writePageToken(list, end) : undefined,
  };
}

export function writePageToken(list: string, place: number): string {
  return Buffer.from(JSON.stringify([list, place])).toString("base64url");
}

/** Throws `invalid` for a token that another list has given, or nobody. */
export function readPageToken(list: string, token: string | null | undefined): number {
  if (token === null || token === undefined || token === "") return 0;
  try {
    const read: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    if (Array.isArray(read) && read[0] === list && Number.isInteger(read[1]))
      return Number(read[1]);
  } catch {
    // Said below.
  }
  throw new BigqueryError("invalid", `Invalid page token: ${token}`);
}

export function etag(...parts: (number | string)[]): string {
  return Buffer.from(parts.join("/")).toString("base64");
}
