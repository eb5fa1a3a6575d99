import type { Prepared } from "./config.ts";
import type { Cursor, Validator } from "./cursor.ts";
import { FetchError, type FetchedPage, type FetchPage } from "./fetch-page.ts";
import { limited, mostRunMs, type Polled } from "./polled.ts";
import { newerOf, type Page, readPage } from "./read-page.ts";
import { readPause } from "./read-pause.ts";
import type { PageSource } from "./source.ts";
import { conditionOf, isValidator, validatorOf } from "./validators.ts";

type Tools = {
  fetchPage: FetchPage;
  /** Resolves when the page is safe. */
  publish: (page: Buffer) => Promise<unknown>;
  /** ms since 1970, UTC. */
  now: () => number;
};

/** Of one answer: a message holds it with room to spare. */
const mostPageBytes = 5_000_000;
const mostRunBytes = 20_000_000;
/** What a source says to an id or a token that it knows no more. */
const cursorRefused = [400, 404, 410, 422];

/**
 * Asks a source for all that is newer than its cursor, page by page, within bounds; each page is
 * published as it came before the next is asked for. Never rejects for what the source does: whatever
 * is published is behind the cursor that it resolves with. Rejects when a page is not safe.
 */
export async function pollPages(
  source: Prepared<PageSource>,
  start: Cursor,
  tools: Tools,
): Promise<Polled> {
  const { fetchPage, publish, now } = tools;
  const until = now() + mostRunMs;
  const run = { pages: 0, items: 0, bytes: 0 };
  const seen = new Set<string>();
  // What is older than the first page is history: nobody has asked for it, and some sources bill it.
  const isFirst = start.since === undefined && start.resume === undefined;
  let { notBefore: _over, ...cursor }: Cursor = start;

  while (run.pages < source.mostPages && run.bytes < mostRunBytes && now() < until) {
    const url = urlOf(source, cursor);
    let page: FetchedPage;
    try {
      const { validator } = cursor;
      const condition = validator?.url === url ? conditionOf(validator) : {};
      const headers = { ...source.headers, ...condition };
      page = await fetchPage(url, { headers, mostBytes: mostPageBytes });
    } catch (error) {
      if (!(error instanceof FetchError)) throw error;
      return { outcome: "failed", ...run, cursor, error };
    }
    const { status, headers, body } = page;
    if (status === 304) return { outcome: "unchanged", ...run, cursor };
    if (limited.includes(status)) {
      const notBefore = readPause(headers, source.reset, now());
      return { outcome: "limited", ...run, cursor: { ...cursor, notBefore } };
    }
    const isAhead = cursor.resume !== undefined || cursor.since !== undefined;
    if (cursorRefused.includes(status) && isAhead) {
      return { outcome: "cursor-refused", ...run, cursor: withoutRefused(cursor) };
    }
    const read = status === 200 ? readPage(body, source) : undefined;
    if (read === undefined) {
      const outcome = status >= 400 && status < 500 ? "refused" : "failed";
      const what = status === 200 ? "what is no page" : `status ${status}`;
      return { outcome, ...run, cursor, error: new FetchError(`answers with ${what}`) };
    }
    const fresh = read.ids.filter((id) => !seen.has(id));
    for (const id of fresh) seen.add(id);
    if (fresh.length > 0) await publish(body);
    run.pages += 1;
    run.items += fresh.length;
    run.bytes += body.length;
    const isNew = fresh.length > 0;
    const token = isFirst || !isNew ? undefined : read.token;
    cursor = advance(
      cursor,
      { ...read, token },
      {
        url,
        ...validatorOf(headers),
      },
    );
    const isDone = source.paging === "newer" ? isFirst || !isNew : cursor.resume === undefined;
    if (isDone) return { outcome: "done", ...run, cursor };
  }
  return { outcome: "more", ...run, cursor };
}

function urlOf({ url, since, paging }: Prepared<PageSource>, cursor: Cursor): string {
  const asked = new URL(url);
  if (cursor.since !== undefined) {
    const { parameter, prefix = "", back = 0 } = since;
    const from = back === 0 ? cursor.since : String(BigInt(cursor.since) - BigInt(back));
    asked.searchParams.set(parameter, prefix + from);
  }
  if (cursor.resume !== undefined && typeof paging === "object") {
    asked.searchParams.set(paging.parameter, cursor.resume.token);
  }
  return asked.href;
}

/** The cursor behind a page. Tokens lead to older items: only behind the last one the newest is done. */
function advance(
  { since, resume }: Cursor,
  { orders, token }: Page,
  validator: Validator & { url: string },
): Cursor {
  const newest = orders.reduce<string | undefined>(
    (best, order) => newerOf(order, best),
    resume?.newest ?? since,
  );
  if (token !== undefined && newest !== undefined) {
    return { ...(since !== undefined && { since }), resume: { token, newest } };
  }
  return {
    ...(newest !== undefined && { since: newest }),
    ...(isValidator(validator) && { validator }),
  };
}

/** Without the token, if there is one, so that its items are asked for again; else without anything. */
const withoutRefused = ({ since, resume }: Cursor): Cursor =>
  resume === undefined || since === undefined ? {} : { since };
