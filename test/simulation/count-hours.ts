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
export type CountHours = (increments: readonly Row[], tombstones: readonly Row[]) => HourCell[];

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
 * with a tombstone, for their own id or another one, are left out, and so is what a worse informed reading made of an event.
 */
export const countHours: CountHours = (increments, tombstones) => {
  const deleted = new Set(tombstones.map(({ id }) => id));
  const best = bestRevisions(increments);
  const groups: Group[] = [];
  const hours = new Map<string, Map<string, Group>>();
  for (const row of increments) {
    if (row.url_key === undefined) continue;
    const hour = text(row.hour);
    const url_key = text(row.url_key);
    const ofHour = hours.get(hour) ?? new Map<string, Group>();
    hours.set(hour, ofHour);
    let group = ofHour.get(url_key);
    for (const event of membersOf(row)) {
      const id = text(event.id);
      if (isWithdrawn(event, deleted) || best.get(hour)?.get(id) !== event.revision) continue;
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

/** By hour and id. */
export function bestRevisions(increments: readonly Row[]): Map<string, Map<string, string>> {
  const best = new Map<string, Map<string, string>>();
  for (const row of increments) {
    const hour = text(row.hour);
    const ofHour = best.get(hour) ?? new Map<string, string>();
    best.set(hour, ofHour);
    for (const event of membersOf(row)) {
      const id = text(event.id);
      const revision = text(event.revision);
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

function text(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("a column that is required holds no text");
  return value;
}

export function membersOf(row: Row): readonly Row[] {
  if (!isRows(row.events)) throw new TypeError("an increment holds no events");
  return row.events;
}

const isRows = (value: unknown): value is Row[] =>
  Array.isArray(value) && value.every((one) => typeof one === "object" && one !== null);

/** Whether a tombstone names an event by its id, its alias, or all posts of its author. */
export const isWithdrawn = ({ id, alias, author }: Row, deleted: ReadonlySet<unknown>): boolean =>
  deleted.has(id) || deleted.has(alias) || deleted.has(`${String(author)}/*`);
