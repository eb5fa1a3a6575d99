import type { Row } from "./create-warehouse.ts";

/** One row of view `url_hours`, and the ids that it counts. */
export type HourCell = {
  hour: string;
  url_key: string;
  url: string;
  host: string;
  mentions: number;
  authors: number;
  originals: number;
  ids: ReadonlySet<string>;
};

/** The exact view, computed from the rows of the tables. */
export type CountHours = (increments: readonly Row[], tweets: readonly Row[]) => HourCell[];

type Group = {
  hour: string;
  url_key: string;
  labels: { firstId: string; url: string; host: string };
  ids: Set<string>;
  authors: Set<string>;
  originals: Set<string>;
};

/**
 * What view `url_hours` says in SQL, said once more: per hour and key the distinct event ids, the
 * distinct authors, the distinct ids that are no retweets, and the labels of the smallest id.
 * Events whose id a delete notice names are left out, and so is what an older version of the key's
 * rules made of an event, in the same hour.
 */
export const countHours: CountHours = (increments, tweets) => {
  const tombstones = new Set<unknown>();
  for (const row of tweets) if (row.outcome === "delete") tombstones.add(row.id);
  const isLatest = latestVersions(increments);
  const groups: Group[] = [];
  const hours = new Map<string, Map<string, Group>>();
  for (const row of increments) {
    const hour = text(row.hour);
    const url_key = text(row.url_key);
    const url = text(row.url);
    const host = text(row.host);
    const ofHour = hours.get(hour) ?? new Map<string, Group>();
    hours.set(hour, ofHour);
    let group = ofHour.get(url_key);
    for (const event of membersOf(row)) {
      const id = text(event.id);
      if (tombstones.has(id) || !isLatest(row, id)) continue;
      if (group === undefined) {
        group = openGroup(hour, url_key, { firstId: id, url, host });
        ofHour.set(url_key, group);
        groups.push(group);
      }
      group.ids.add(id);
      if (event.author !== undefined) group.authors.add(text(event.author));
      if (event.kind !== "retweet") group.originals.add(id);
      const { labels } = group;
      if (id < labels.firstId) group.labels = { firstId: id, url, host };
      else if (id === labels.firstId) {
        if (url < labels.url) labels.url = url;
        if (host < labels.host) labels.host = host;
      }
    }
  }
  return groups.map(({ hour, url_key, labels, ids, authors, originals }) => ({
    hour,
    url_key,
    url: labels.url,
    host: labels.host,
    mentions: ids.size,
    authors: authors.size,
    originals: originals.size,
    ids,
  }));
};

/** Whether a row holds what the newest version of the rules made of an event. */
function latestVersions(increments: readonly Row[]): (row: Row, id: string) => boolean {
  const versions = new Set(increments.map(({ key_version }) => key_version));
  if (versions.size < 2) return () => true;
  const latest = new Map<unknown, Map<unknown, number>>();
  for (const row of increments) {
    const version = Number(row.key_version);
    let ofHour = latest.get(row.hour);
    if (ofHour === undefined) {
      ofHour = new Map();
      latest.set(row.hour, ofHour);
    }
    for (const { id } of membersOf(row)) {
      if (version > (ofHour.get(id) ?? 0)) ofHour.set(id, version);
    }
  }
  return (row, id) => row.key_version === latest.get(row.hour)?.get(id);
}

/** The view as text, in the order of hours and keys: equal views are equal byte for byte. */
export function printHours(cells: readonly HourCell[]): string {
  return cells
    .map((cell) => JSON.stringify({ ...cell, ids: undefined }))
    .sort()
    .join("\n");
}

const openGroup = (hour: string, url_key: string, labels: Group["labels"]): Group => ({
  hour,
  url_key,
  labels,
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

function membersOf(row: Row): readonly Row[] {
  if (!isRows(row.events)) throw new TypeError("an increment holds no events");
  return row.events;
}

const isRows = (value: unknown): value is Row[] =>
  Array.isArray(value) && value.every((one) => typeof one === "object" && one !== null);
