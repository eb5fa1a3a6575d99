import type { Row } from "./create-warehouse.ts";

/** One row of view `url_hours`, and the ids that it counts. */
export type HourCell = {
  hour: string;
  url_key: string;
  url: string;
  host: string;
  title: string | null;
  mentions: number;
  authors: number;
  originals: number;
  ids: ReadonlySet<string>;
};

/** The exact view, computed from the rows of the tables. */
export type CountHours = (
  increments: readonly Row[],
  tombstones: readonly Row[],
  retractions?: readonly Row[],
) => HourCell[];

/** What the event with the smallest id says that says anything. */
type Label = { id: string; text: string };

type Group = {
  hour: string;
  url_key: string;
  labels: Partial<Record<"url" | "host" | "title", Label>>;
  ids: Set<string>;
  authors: Set<string>;
  originals: Set<string>;
};

/**
 * What view `url_hours` says in SQL, said once more: per hour and key the distinct event ids, the
 * distinct authors, the distinct ids that are no reposts, and the labels of the smallest id. Events
 * with a tombstone, for their own id or another one, are left out, and increments that are retracted,
 * and so is what a worse informed reading made of an event.
 */
export const countHours: CountHours = (increments, tombstones, retractions = []) => {
  const delivered = notRetracted(increments, retractions);
  const isWithdrawn = withdrawnBy(tombstones);
  const best = bestRevisions(delivered, isWithdrawn);
  const groups: Group[] = [];
  const hours = new Map<string, Map<string, Group>>();
  for (const row of delivered) {
    if (row.url_key === undefined) continue;
    const hour = text(row.hour);
    const url_key = text(row.url_key);
    const ofHour = hours.get(hour) ?? new Map<string, Group>();
    hours.set(hour, ofHour);
    let group = ofHour.get(url_key);
    for (const event of membersOf(row)) {
      const id = text(event.id);
      if (isWithdrawn(event) || best.get(hour)?.get(id) !== event.revision) continue;
      if (group === undefined) {
        group = openGroup(hour, url_key);
        ofHour.set(url_key, group);
        groups.push(group);
      }
      group.ids.add(id);
      if (event.author !== undefined) group.authors.add(text(event.author));
      if (event.kind !== "repost") group.originals.add(id);
      for (const name of ["url", "host", "title"] as const) {
        if (row[name] === undefined) continue;
        const label = { id, text: text(row[name]) };
        const known = group.labels[name];
        if (known === undefined || isBefore(label, known)) group.labels[name] = label;
      }
    }
  }
  return groups.map(({ hour, url_key, labels, ids, authors, originals }) => ({
    hour,
    url_key,
    url: labels.url?.text ?? "",
    host: labels.host?.text ?? "",
    title: labels.title?.text ?? null,
    mentions: ids.size,
    authors: authors.size,
    originals: originals.size,
    ids,
  }));
};

/** Increments without those that were made in error. */
export function notRetracted(increments: readonly Row[], retractions: readonly Row[]) {
  if (retractions.length === 0) return increments;
  const before = new Map<string, number>();
  for (const { hour_from, hour_to, landed_before } of retractions) {
    const end = Date.parse(text(hour_to));
    for (let at = Date.parse(text(hour_from)); at < end; at += hourMs) {
      const hour = hourText(at);
      before.set(hour, Math.max(before.get(hour) ?? 0, Date.parse(text(landed_before))));
    }
  }
  return increments.filter((row) => landedAt(row) >= (before.get(text(row.hour)) ?? 0));
}

const hourMs = 3_600_000;

/** Hours come again and again, and dates are dear. */
const hourStarts = new Map<string, number>();
const keptHours = 50_000;

/** The start of `2019-07-03T06:00:00Z` in ms since 1970. */
export function hourStart(hour: string): number {
  const known = hourStarts.get(hour);
  if (known !== undefined) return known;
  const at = Date.parse(hour);
  if (hourStarts.size === keptHours) hourStarts.clear();
  hourStarts.set(hour, at);
  return at;
}

/** The start of the hour of an event time, in ms since 1970. */
export function hourOf(eventTime: unknown): number {
  const at = Date.parse(text(eventTime));
  return at - (at % hourMs);
}

/** `2019-07-03T06:00:00Z` of the start of an hour in ms since 1970. */
export const hourText = (at: number): string =>
  `${new Date(at).toISOString().slice(0, "2019-07-03T06:00:00".length)}Z`;

/** When a row landed, ms since 1970, UTC. */
export const landedAt = ({ landed_at }: Row): number => Number(landed_at);

/** By hour and id, of events that are not withdrawn. */
export function bestRevisions(
  increments: readonly Row[],
  isWithdrawn: (event: Row) => boolean,
): Map<string, Map<string, string>> {
  const best = new Map<string, Map<string, string>>();
  for (const row of increments) {
    const hour = text(row.hour);
    const ofHour = best.get(hour) ?? new Map<string, string>();
    best.set(hour, ofHour);
    for (const event of membersOf(row)) {
      const id = text(event.id);
      const revision = text(event.revision);
      if (isWithdrawn(event)) continue;
      if (revision > (ofHour.get(id) ?? "")) ofHour.set(id, revision);
    }
  }
  return best;
}

const isBefore = (one: Label, other: Label): boolean =>
  one.id < other.id || (one.id === other.id && one.text < other.text);

/** The view as text, in the order of hours and keys: equal views are equal byte for byte. */
export function printHours(cells: readonly HourCell[]): string {
  return cells
    .map((cell) => JSON.stringify({ ...cell, ids: undefined }))
    .sort()
    .join("\n");
}

const openGroup = (hour: string, url_key: string): Group => ({
  hour,
  url_key,
  labels: {},
  ids: new Set(),
  authors: new Set(),
  originals: new Set(),
});

/** Name of an hour and key, for maps. */
export const cellOf = ({ hour, url_key }: Row): string => `${text(hour)} ${text(url_key)}`;

export function text(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("a column that is required holds no text");
  return value;
}

export function membersOf(row: Row): readonly Row[] {
  if (!isRows(row.events)) throw new TypeError("an increment holds no events");
  return row.events;
}

const isRows = (value: unknown): value is Row[] =>
  Array.isArray(value) && value.every((one) => typeof one === "object" && one !== null);

const allPosts = "/*";

/** Whether a tombstone names an event by its id, its alias, or all posts of its author. */
export function withdrawnBy(tombstones: readonly Row[]): (event: Row) => boolean {
  const names = new Set(tombstones.map((row) => text(row.id)));
  const authors = new Set<unknown>();
  for (const name of names) {
    if (name.endsWith(allPosts)) authors.add(name.slice(0, -allPosts.length));
  }
  const isNamed = (id: unknown): boolean => typeof id === "string" && names.has(id);
  return ({ id, alias, author }) => isNamed(id) || isNamed(alias) || authors.has(author);
}
