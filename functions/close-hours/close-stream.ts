import type { PublishLines } from "../../shared/codec/publish-lines.ts";
import type { CloseAnswer } from "../../shared/events/close-request.v1.ts";
import type { PublishedTopic } from "../../shared/manifest/published-topic.ts";
import type { Stream } from "../../shared/streams/stream.ts";
import type manifest from "./function.json";
import {
  dayMs,
  type Header,
  hourMs,
  hoursAtOnce,
  isWide,
  planClosing,
  startOfHour,
  type TouchedHour,
  touchedSince,
} from "./plan-closing.ts";

/** What a query answers, and what it is billed. */
export type Billed<T> = { answer: T; bytesBilled: number };

/** The queries that close hours, all times in ms since 1970 UTC. */
export type Warehouse = {
  /** When the last run of each stream has ended that is known since `since`. */
  readWatermarks: (since: number) => Promise<Billed<ReadonlyMap<string, number>>>;
  /**
   * Hours of `[from, to)` of which anything has landed since `since`. Which posts a delete names is
   * searched among those that landed since `postsSince`, if that is given; and whether posts that landed
   * since `since` have been deleted before, among the deletes since `deletedSince`.
   */
  findTouched: (stream: Stream, window: Window) => Promise<Billed<TouchedHour[]>>;
  /** What the newest closing of each of these hours says. */
  readHeaders: (stream: Stream, hours: readonly number[]) => Promise<Billed<Header[]>>;
  /** Writes the totals of those of the hours that are new or have changed, all of them or none. */
  writeTotals: (stream: Stream, totals: NewTotals) => Promise<Billed<undefined>>;
};

type Window = {
  since: number;
  from: number;
  to: number;
  postsSince?: number;
  deletedSince?: number;
};

type NewTotals = {
  hours: readonly number[];
  /** Nothing of these hours has landed before. */
  landedFrom: number;
  /** None of their posts was deleted before. */
  deletedFrom: number;
  watermark: number;
  revision: number;
};

export type ClosingTools = {
  warehouse: Warehouse;
  publish: PublishLines<PublishedTopic<typeof manifest>>;
  /** ms since 1970, UTC. */
  now: () => number;
  /** Of `[0, 1)`. */
  random: () => number;
};

export type Closing = {
  /** When this run began. */
  now: number;
  /** Until when it begins new queries. */
  until: number;
  /** Hours that are asked for, changed or not; those that have changed where undefined. */
  range?: { from: number; to: number } | undefined;
  /** Of the last run that was through; undefined where none is known. */
  watermark?: number | undefined;
};

type Outcome = CloseAnswer["streams"][number] & {
  /** First hour that is left; undefined where none is. */
  nextFrom: number | undefined;
};

/**
 * Closes hours of a stream: finds those that have changed, writes their totals, tells topic
 * hours-closed, and keeps how far it has come, in this order. Killed anywhere, or failed, the next run
 * finds what is left by the totals that are there; two at once write and tell the same twice.
 */
export async function closeStream(
  stream: Stream,
  closing: Closing,
  { warehouse, publish, now, random }: ClosingTools,
): Promise<Outcome> {
  let bytesBilled = 0;
  const ask = async <T>(query: Promise<Billed<T>>): Promise<T> => {
    const billed = await query;
    bytesBilled += billed.bytesBilled;
    return billed.answer;
  };
  const readHeaders = async (hours: readonly number[]) => {
    const headers = new Map<number, Header>();
    for (let from = 0; from < hours.length; from += hoursAtOnce) {
      const some = hours.slice(from, from + hoursAtOnce);
      for (const one of await ask(warehouse.readHeaders(stream, some))) headers.set(one.hour, one);
    }
    return headers;
  };

  const touched = await ask(warehouse.findTouched(stream, windowOf(stream, closing)));
  const hours = touched.map(({ hour }) => hour).toSorted((a, b) => a - b);
  const before = await readHeaders(hours);
  const watermark = closing.range === undefined ? closing.watermark : undefined;
  const slices = planClosing(touched, before, { now: closing.now, watermark });
  const revision = newRevision(closing.now, random, before.values());
  let counted = 0;
  let nextFrom: number | undefined;
  for (const { hours: some, landedFrom } of slices) {
    if (now() > closing.until) {
      nextFrom = some[0];
      break;
    }
    // An event may bear a time of an hour ahead, and a clock be wrong.
    const deletedFrom = Math.min(...some) - 2 * hourMs;
    const totals = { hours: some, landedFrom, deletedFrom, watermark: closing.now, revision };
    await ask(warehouse.writeTotals(stream, totals));
    counted += some.length;
  }

  const after = counted === 0 ? before : await readHeaders(hours);
  const headers = [...after.values()];
  const closed = headers.filter((header) => header.revision === revision).length;
  // Also what a run has written that was killed before it could tell, of two at once the later one.
  const told = headers.filter((header) => closing.range || writtenAt(header) > (watermark ?? 0));
  if (told.length > 0) {
    const lines = told.map((header) => describeHour(stream, header));
    await publish("hours-closed", "hours-closed.v1", lines);
  }
  const isThrough = closing.range === undefined && nextFrom === undefined;
  const isLongAgo = closing.now - (closing.watermark ?? 0) > dayMs;
  if (isThrough && (counted > 0 || told.length > 0 || isLongAgo)) {
    await publish("append-closings", "closing.v1", [
      JSON.stringify({
        stream: stream.name,
        watermark: new Date(closing.now).toISOString(),
        hours: closed,
        bytes_billed: bytesBilled,
      }),
    ]);
  }
  return { stream: stream.name, counted, closed, told: told.length, bytesBilled, nextFrom };
}

/** Where to look for what has changed, or for the hours that are asked for. An hour must be over. */
function windowOf(stream: Stream, { now, range, watermark }: Closing) {
  const epoch = Date.parse(stream.epoch);
  const over = startOfHour(now);
  if (range !== undefined) {
    const { from } = range;
    return { since: from - 2 * hourMs, from, to: Math.min(range.to, over) };
  }
  const since = watermark === undefined ? epoch : touchedSince(now, watermark);
  const hours = { since, from: epoch, to: over };
  if (!isWide(now, watermark) || stream.postsBy === undefined) {
    return { ...hours, postsSince: now - 3 * dayMs };
  }
  const lastYear = now - 366 * dayMs;
  return { ...hours, postsSince: lastYear, deletedSince: lastYear };
}

/**
 * Greater than those that are there, whatever clock they had: the time in µs, and a part of it that is
 * drawn, so that no two runs write the same. After those that are there it is of a later ms, so that it
 * is later than the watermark of the run that has written them.
 */
function newRevision(now: number, random: () => number, headers: Iterable<Header>): number {
  let least = now * 1_000;
  for (const header of headers) least = Math.max(least, (writtenAt(header) + 1) * 1_000);
  return least + Math.floor(random() * 1_000);
}

/** The clock of the run that has written a closing, or a later time; ms since 1970. */
const writtenAt = ({ revision }: Header): number => Math.floor(revision / 1_000);

function describeHour(stream: Stream, header: Header): string {
  const { revision, keys, events, late } = header;
  const hour = new Date(header.hour).toISOString().replace(".000Z", "Z");
  return JSON.stringify({ stream: stream.name, hour, revision, keys, events, late });
}
