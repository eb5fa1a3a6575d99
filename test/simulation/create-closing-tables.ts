import type {
  Billed,
  Warehouse as ClosingWarehouse,
} from "../../functions/close-hours/close-stream.ts";
import type { TouchedHour } from "../../functions/close-hours/plan-closing.ts";
import { hourOf, hourStart, landedAt, text } from "./count-hours.ts";
import {
  type CountTotals,
  countTotals,
  newestHeaders,
  type Tables,
  type Totals,
  type TotalsHeader,
  type ViewHours,
  viewHours,
} from "./count-totals.ts";
import type { Row, Warehouse } from "./create-warehouse.ts";
import type { OpenFailure, OpenRequest } from "./find-open-failures.ts";

/** How totals are written and read: all but a planted fault has what `close-hours` and the view say in SQL. */
export type ClosingRules = { find: FindTouched; count: CountTotals; view: ViewHours };

/** Hours of which something has landed, by the rows of the tables. */
type FindTouched = (
  tables: Tables & { posts: readonly Row[] },
  window: Parameters<ClosingWarehouse["findTouched"]>[1],
) => TouchedHour[];

/** The tables that closings read and write, and what is asked of them. */
export type ClosingTables = {
  /** What the queries of `close-hours` say in SQL, said once more: each on what is there when it is called. */
  queries: {
    [Query in Exclude<keyof ClosingWarehouse, "writeTotals">]: (
      ...asked: Parameters<ClosingWarehouse[Query]>
    ) => Answer<Query>;
  };
  /** A statement that counts what is there when it begins; what it writes is there when it commits. */
  write: (...asked: Parameters<ClosingWarehouse["writeTotals"]>) => () => void;
  headers: readonly TotalsHeader[];
  cells: Totals["cells"];
  /** View `url_hours` at a time in ms since 1970. */
  view: (now: number) => ReturnType<ViewHours>;
};

/** A query, what it was answered, and how many rows the tables had when it was. */
export type AskedQuery = {
  [Query in keyof Answers]: { query: Query; answer: Answers[Query][1]; asked: Answers[Query][0] };
}[keyof Answers] & { rows: (table: string) => number };

type Answers = {
  [Query in Exclude<keyof ClosingWarehouse, "writeTotals">]: [
    asked: Parameters<ClosingWarehouse[Query]>,
    answer: Answer<Query>,
  ];
} & {
  writeTotals: [asked: Parameters<ClosingWarehouse["writeTotals"]>, answer: Totals];
  /** At a time in ms since 1970. */
  view: [asked: number, answer: ReturnType<ViewHours>];
  /** Of a redrive. */
  findFailures: [asked: OpenRequest, answer: readonly OpenFailure[]];
};

type Answer<Query extends keyof ClosingWarehouse> =
  ReturnType<ClosingWarehouse[Query]> extends Promise<Billed<infer Told>> ? Told : never;

const hourMs = 3_600_000;

export function createClosingTables(
  warehouse: Warehouse,
  rules: ClosingRules,
  onQuery: (query: AskedQuery) => void,
): ClosingTables {
  const rowCount = warehouse.rowCounts;
  const headers: TotalsHeader[] = [];
  const cells: Totals["cells"][number][] = [];
  const totals: Totals = { headers, cells };
  const tables: Tables = {
    increments: warehouse.rows("url_hour_increments"),
    tombstones: warehouse.rows("tombstones"),
    retractions: warehouse.rows("retractions"),
  };
  const posts = warehouse.rows("posts");

  const readWatermarks = (since: number) => {
    const ended = new Map<string, number>();
    for (const row of warehouse.rows("closings")) {
      if (landedAt(row) < since) continue;
      const stream = text(row.stream);
      const watermark = Date.parse(text(row.watermark));
      ended.set(stream, Math.max(ended.get(stream) ?? 0, watermark));
    }
    return ended;
  };
  const readHeaders = (hours: readonly number[]) => {
    const newest = newestHeaders(totals);
    return hours.flatMap((hour) => newest.get(hour) ?? []);
  };

  return {
    headers,
    queries: {
      readWatermarks: (...asked) => {
        const answer = readWatermarks(...asked);
        onQuery({ query: "readWatermarks", asked, answer, rows: rowCount() });
        return answer;
      },
      findTouched: (...asked) => {
        const answer = rules.find({ ...tables, posts }, asked[1]);
        onQuery({ query: "findTouched", asked, answer, rows: rowCount() });
        return answer;
      },
      readHeaders: (...asked) => {
        const answer = readHeaders(asked[1]);
        onQuery({ query: "readHeaders", asked, answer, rows: rowCount() });
        return answer;
      },
    },
    write: (...asked) => {
      const answer = rules.count(tables, totals, asked[1]);
      const rows = rowCount();
      return () => {
        headers.push(...answer.headers);
        cells.push(...answer.cells);
        onQuery({ query: "writeTotals", asked, answer, rows });
      };
    },
    cells,
    view: (now) => {
      const answer = rules.view(tables, totals, now);
      onQuery({ query: "view", asked: now, answer, rows: rowCount() });
      return answer;
    },
  };
}

export const findTouched: FindTouched = (
  { increments, tombstones, retractions, posts },
  window,
) => {
  const { since, from, to, postsSince, deletedSince } = window;
  const touched = new Map<number, TouchedHour>();
  const touch = (hour: number, landed: number, isIncrement = false) => {
    if (hour < from || hour >= to) return;
    const known = touched.get(hour);
    const first = known?.firstLandedAt;
    touched.set(hour, {
      hour,
      firstLandedAt: isIncrement ? Math.min(first ?? landed, landed) : first,
      lastLandedAt: Math.max(known?.lastLandedAt ?? 0, landed),
    });
  };
  const lately = (row: Row): boolean => landedAt(row) >= since;

  for (const row of increments) {
    if (lately(row)) touch(hourStart(text(row.hour)), landedAt(row), true);
  }
  for (const row of retractions.filter(lately)) {
    const end = Date.parse(text(row.hour_to));
    for (let hour = Date.parse(text(row.hour_from)); hour < end; hour += hourMs) {
      touch(hour, landedAt(row));
    }
  }
  const deletes = tombstones.filter(lately);
  for (const row of deletes) {
    if (row.event_time !== undefined) touch(hourOf(row.event_time), landedAt(row));
  }
  const search = (tombstonesSince: number, receiptsSince: number) => {
    const since = tombstones.filter((row) => landedAt(row) >= tombstonesSince);
    const landed = new Map<unknown, number>();
    for (const row of since) {
      landed.set(row.id, Math.max(landed.get(row.id) ?? 0, landedAt(row)));
    }
    if (landed.size === 0) return;
    for (const post of posts) {
      const receivedAt = landedAt(post);
      const { outcome, event_time } = post;
      if (receivedAt < receiptsSince || outcome === "delete" || event_time === undefined) continue;
      for (const name of [post.id, post.alias, `${String(post.author)}/*`]) {
        const deletedAt = landed.get(name);
        if (deletedAt !== undefined) touch(hourOf(event_time), Math.max(deletedAt, receivedAt));
      }
    }
  };
  if (deletes.length > 0 && postsSince !== undefined) search(since, postsSince);
  if (deletedSince !== undefined) search(deletedSince, since);
  return [...touched.values()];
};

export const closingRules: ClosingRules = {
  find: findTouched,
  count: countTotals,
  view: viewHours,
};
