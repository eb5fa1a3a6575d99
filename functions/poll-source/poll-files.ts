import { createHash } from "node:crypto";
import { basename } from "node:path/posix";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Prepared } from "./config.ts";
import type { Cursor } from "./cursor.ts";
import { FetchError, type FetchedPage, type FetchPage } from "./fetch-page.ts";
import { limited, mostRunMs, type Polled } from "./polled.ts";
import { readPause } from "./read-pause.ts";
import type { FileSource } from "./source.ts";
import { conditionOf, isValidator, validatorOf } from "./validators.ts";

type Tools = {
  fetchPage: FetchPage;
  /** Puts a file into the lake unless it is there. Resolves when it is safe. */
  store: (name: string, bytes: Buffer) => Promise<unknown>;
  /** ms since 1970, UTC. */
  now: () => number;
};

/** Of one file: it is in memory twice, and a week of New York's turnstiles has 26 MB. */
const mostFileBytes = 48_000_000;
/** What a file that is asked for last may take, so that the platform does not end the request. */
const lastFileMs = 15_000;
/** Not there, or not yet. */
const missing = [404, 410];
const dayMs = 86_400_000;
const compress = promisify(gzip);

/**
 * Asks for the files of the last weeks, the oldest first, and puts each that is new or has changed into
 * the lake. An object is named by what is in it, so that a file that comes twice is there once. Never
 * rejects for what the source does; rejects when a file is not safe.
 */
export async function pollFiles(
  source: Prepared<FileSource>,
  start: Cursor,
  { fetchPage, store, now }: Tools,
): Promise<Polled> {
  const until = now() + mostRunMs;
  const days = lastDays(source, now());
  const known = start.files ?? {};
  // Days that are not asked for any more are forgotten.
  const files = Object.fromEntries(days.flatMap((day) => (known[day] ? [[day, known[day]]] : [])));
  const run = { pages: 0, items: 0, bytes: 0 };
  const cursor = { files };

  for (const day of days) {
    const before = files[day];
    // Without a name for its answer, the source would have to send all of it again.
    if (before !== undefined && !isValidator(before)) continue;
    if (now() >= until) return { outcome: "more", ...run, cursor };
    const url = urlOf(source.url, day);
    let answer: FetchedPage;
    try {
      answer = await fetchPage(url, {
        headers: { ...source.headers, accept: "*/*", ...conditionOf(before ?? {}) },
        mostBytes: mostFileBytes,
        timeoutMs: until - now() + lastFileMs,
      });
    } catch (error) {
      if (!(error instanceof FetchError)) throw error;
      return { outcome: "failed", ...run, cursor, error };
    }
    const { status, headers, body } = answer;
    if (limited.includes(status)) {
      const notBefore = readPause(headers, source.reset, now());
      return { outcome: "limited", ...run, cursor: { ...cursor, notBefore } };
    }
    if (status === 304 || missing.includes(status)) continue;
    if (status !== 200 || isPage(headers)) {
      const outcome = status >= 400 && status < 500 ? "refused" : "failed";
      const what = status === 200 ? "a page in place of a file" : `status ${status}`;
      return { outcome, ...run, cursor, error: new FetchError(`answers with ${what}`) };
    }
    await store(nameOf(source, url, body), await compress(body));
    files[day] = validatorOf(headers);
    run.pages += 1;
    run.items += 1;
    run.bytes += body.length;
  }
  return { outcome: run.pages > 0 ? "done" : "unchanged", ...run, cursor };
}

/** The last days of the week on which files appear, as `2024-01-13`, the oldest first. */
function lastDays({ weekday, weeks }: FileSource, now: number): string[] {
  const today = Math.floor(now / dayMs) * dayMs;
  const last = today - ((new Date(today).getUTCDay() - weekday + 7) % 7) * dayMs;
  return Array.from({ length: weeks }, (_, index) =>
    new Date(last - (weeks - 1 - index) * 7 * dayMs).toISOString().slice(0, "2024-01-13".length),
  );
}

function urlOf(template: string, day: string): string {
  const [year = "", month = "", date = ""] = day.split("-");
  return template
    .replace("{yyyy}", year)
    .replace("{yy}", year.slice(2))
    .replace("{mm}", month)
    .replace("{dd}", date);
}

/** Some servers say that a file is not there on a page, with status 200. */
const isPage = (headers: Readonly<Record<string, string>>): boolean =>
  /^(?:text\/html|application\/xhtml)/i.test(headers["content-type"] ?? "");

function nameOf({ folder }: FileSource, url: string, body: Buffer): string {
  const digest = createHash("sha256").update(body).digest("hex").slice(0, 16);
  return `${folder}${digest}-${basename(new URL(url).pathname)}.gz`;
}
