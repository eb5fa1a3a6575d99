import type { Input } from "./generate-input.ts";

/** What one hour and key must show. */
export type ExpectedCell = {
  url: string;
  host: string;
  ids: Set<string>;
  authors: number;
  originals: number;
};

/**
 * The oracle: the invented events themselves, bucketed by the text of their time. It knows nothing
 * of deliveries, and shares no code with the functions. By hour and key: `<hour> <url_key>`.
 */
export function expectHours({ counted, deleted }: Input): Map<string, ExpectedCell> {
  const cells = new Map<string, ExpectedCell & { firstId: string; authorIds: Set<string> }>();
  for (const event of counted) {
    if (deleted.has(event.id)) continue;
    for (const [key, { url, host }] of event.pages) {
      const name = `${event.iso.slice(0, 13)}:00:00Z ${key}`;
      let cell = cells.get(name);
      if (cell === undefined) {
        const ids = new Set<string>();
        const authorIds = new Set<string>();
        cell = { url, host, ids, authors: 0, originals: 0, firstId: event.id, authorIds };
        cells.set(name, cell);
      }
      cell.ids.add(event.id);
      if (event.id < cell.firstId) {
        cell.firstId = event.id;
        cell.url = url;
      }
      if (event.author !== undefined) cell.authorIds.add(event.author);
      cell.authors = cell.authorIds.size;
      if (event.kind !== "retweet") cell.originals += 1;
    }
  }
  return cells;
}
