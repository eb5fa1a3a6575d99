import type { Input } from "./generate-input.ts";

/** What one hour and key must show. */
export type ExpectedCell = {
  url: string;
  host: string;
  ids: Set<string>;
  authors: number;
  originals: number;
};

/** By hour, and then by key. */
export type ExpectedHours = ReadonlyMap<string, ReadonlyMap<string, ExpectedCell>>;

/**
 * The oracle: the invented events themselves, bucketed by the text of their time. It knows nothing
 * of deliveries, and shares no code with the functions.
 */
export function expectHours({ counted, deleted }: Input): ExpectedHours {
  type Cell = ExpectedCell & { firstId: string; authorIds: Set<string> };
  const hours = new Map<string, Map<string, Cell>>();
  for (const event of counted) {
    if (event.pages.size === 0 || deleted.has(event.id)) continue;
    const hour = `${event.iso.slice(0, 13)}:00:00Z`;
    const cells = hours.get(hour) ?? new Map<string, Cell>();
    hours.set(hour, cells);
    for (const [key, { url, host }] of event.pages) {
      let cell = cells.get(key);
      if (cell === undefined) {
        const ids = new Set<string>();
        const authorIds = new Set<string>();
        cell = { url, host, ids, authors: 0, originals: 0, firstId: event.id, authorIds };
        cells.set(key, cell);
      }
      cell.ids.add(event.id);
      if (event.id < cell.firstId) {
        cell.firstId = event.id;
        cell.url = url;
      }
      if (event.author !== undefined) cell.authorIds.add(event.author);
      cell.authors = cell.authorIds.size;
      if (event.kind !== "repost") cell.originals += 1;
    }
  }
  return hours;
}
