import {
  type CountHours,
  countHours,
  type HourCell,
  hourText,
  landedAt,
  membersOf,
  notRetracted,
  printHours,
  text,
  withdrawnBy,
} from "./count-hours.ts";
import type { Row } from "./create-warehouse.ts";

/** What a closing says of an hour; times in ms since 1970, UTC. */
export type TotalsHeader = {
  hour: number;
  revision: number;
  watermark: number;
  firstLandedAt: number;
  keys: number;
  events: number;
  late: number;
  /** All that is counted, as text. */
  fingerprint: string;
};

/** Rows of table `url_hour_totals`: what a closing says of an hour, and what it says of each key. */
export type Totals = {
  headers: readonly TotalsHeader[];
  cells: readonly { hour: number; revision: number; cell: HourCell }[];
};

/** The tables that closings read. */
export type Tables = {
  increments: readonly Row[];
  tombstones: readonly Row[];
  retractions: readonly Row[];
};

/** The totals of hours that are counted again, and of which one is kept. */
export type CountTotals = (
  tables: Tables,
  totals: Totals,
  closing: {
    hours: readonly number[];
    landedFrom: number;
    deletedFrom: number;
    watermark: number;
    revision: number;
  },
) => Totals;

/**
 * What the `INSERT … SELECT` of `close-hours` says in SQL, said once more: the totals of those of the
 * hours that are new or have changed.
 */
export const countTotals: CountTotals = (tables, totals, closing) => {
  const { hours, landedFrom, deletedFrom, watermark, revision } = closing;
  const wanted = new Set(hours.map(hourText));
  const increments = tables.increments.filter(
    (row) => landedAt(row) >= landedFrom && wanted.has(text(row.hour)),
  );
  const tombstones = tables.tombstones.filter((row) => landedAt(row) >= deletedFrom);
  const newest = newestHeaders(totals);
  const cells = Map.groupBy(
    countHours(increments, tombstones, tables.retractions),
    (cell) => cell.hour,
  );
  const landed = firstArrivals(increments, tombstones, tables.retractions);
  const headers: TotalsHeader[] = [];
  for (const [hour, rows] of Map.groupBy(increments, (row) => text(row.hour))) {
    const counted = cells.get(hour) ?? [];
    const before = newest.get(Date.parse(hour));
    const ids = new Set(counted.flatMap((cell) => [...cell.ids]));
    const since = before?.watermark ?? Number.POSITIVE_INFINITY;
    const header = {
      hour: Date.parse(hour),
      revision,
      watermark,
      firstLandedAt: Math.min(...rows.map(landedAt)),
      keys: counted.length,
      events: ids.size,
      late: [...ids].filter((id) => (landed.get(hour)?.get(id) ?? 0) >= since).length,
      fingerprint: `${printHours(counted)}\n${[...ids].sort().join(" ")}`,
    };
    if (before?.fingerprint !== header.fingerprint) headers.push(header);
  }
  return {
    headers,
    cells: headers.flatMap(({ hour }) =>
      (cells.get(hourText(hour)) ?? []).map((cell) => ({ hour, revision, cell })),
    ),
  };
};

/** When each event that counts has landed first, by hour and id. */
function firstArrivals(
  increments: readonly Row[],
  tombstones: readonly Row[],
  retractions: readonly Row[],
) {
  const isWithdrawn = withdrawnBy(tombstones);
  const hours = new Map<string, Map<string, { at: number; revision: string }>>();
  for (const row of notRetracted(increments, retractions)) {
    const hour = text(row.hour);
    const ofHour = hours.get(hour) ?? new Map<string, { at: number; revision: string }>();
    hours.set(hour, ofHour);
    for (const event of membersOf(row)) {
      if (isWithdrawn(event)) continue;
      const id = text(event.id);
      const revision = text(event.revision);
      const known = ofHour.get(id);
      if (known !== undefined && known.revision > revision) continue;
      const isFirst = known?.revision !== revision || landedAt(row) < known.at;
      if (isFirst) ofHour.set(id, { at: landedAt(row), revision });
    }
  }
  return new Map(
    [...hours].map(([hour, ids]) => [hour, new Map([...ids].map(([id, { at }]) => [id, at]))]),
  );
}

/** By the hour, in ms since 1970. */
export function newestHeaders({ headers }: Totals): Map<number, TotalsHeader> {
  const newest = new Map<number, TotalsHeader>();
  for (const header of headers) {
    if (header.revision >= (newest.get(header.hour)?.revision ?? 0))
      newest.set(header.hour, header);
  }
  return newest;
}

/** View `url_hours`, computed from the rows of the tables; `now` is ms since 1970, UTC. */
export type ViewHours = (tables: Tables, totals: Totals, now: number) => HourCell[];

/**
 * What view `url_hours` says in SQL, said once more: of closed hours the totals of their newest closing,
 * and of other hours the counts of what has landed lately.
 */
export const viewHours: ViewHours = (tables, totals, now) => {
  const newest = newestHeaders(totals);
  return [
    ...totals.cells
      .filter(({ hour, revision }) => newest.get(hour)?.revision === revision)
      .map(({ cell }) => cell),
    ...countOpen(tables, now).filter(({ hour }) => !newest.has(Date.parse(hour))),
  ];
};

const dayMs = 86_400_000;

/** Hours as what has landed lately counts them, whether they are closed or not. */
export const countOpen = (
  { increments, tombstones, retractions }: Tables,
  now: number,
  count: CountHours = countHours,
): HourCell[] =>
  count(
    increments.filter((row) => landedAt(row) >= now - 2 * dayMs),
    tombstones.filter((row) => landedAt(row) >= now - 3 * dayMs),
    retractions,
  );
