import type { Input } from "./generate-input.ts";
import type { CountedEvent } from "./invent-events.ts";

/** What one hour and key must show. */
export type ExpectedCell = {
  url: string;
  host: string;
  title: string | null;
  ids: Set<string>;
  authors: number;
  originals: number;
};

/** By hour, and then by key. */
export type ExpectedHours = ReadonlyMap<string, ReadonlyMap<string, ExpectedCell>>;

/** Whether a post was deleted, or its author with all posts of theirs. */
export const isDeleted = (
  { id, author }: Pick<CountedEvent, "id" | "author">,
  deleted: Input["deleted"],
): boolean => deleted.has(id) || deleted.has(`${author}/*`);

/**
 * The oracle: the invented events themselves, bucketed by the text of their time. It knows nothing
 * of deliveries, and shares no code with the functions. Of several readings of an event the best
 * informed one counts.
 */
export function expectHours({ counted, deleted }: Input): ExpectedHours {
  type Cell = ExpectedCell & {
    firstId: string;
    titledId: string | undefined;
    authorIds: Set<string>;
  };
  const hours = new Map<string, Map<string, Cell>>();
  for (const event of counted) {
    if (event.best === undefined || event.best.pages.size === 0 || isDeleted(event, deleted))
      continue;
    const hour = `${event.iso.slice(0, 13)}:00:00Z`;
    const cells = hours.get(hour) ?? new Map<string, Cell>();
    hours.set(hour, cells);
    for (const [key, { url, host, title }] of event.best.pages) {
      let cell = cells.get(key);
      if (cell === undefined) {
        const none = { title: null, titledId: undefined, authors: 0, originals: 0 };
        const sets = { ids: new Set<string>(), authorIds: new Set<string>() };
        cell = { url, host, ...none, ...sets, firstId: event.id };
        cells.set(key, cell);
      }
      cell.ids.add(event.id);
      if (event.id < cell.firstId) {
        cell.firstId = event.id;
        cell.url = url;
      }
      if (title !== undefined && (cell.titledId === undefined || event.id < cell.titledId)) {
        cell.titledId = event.id;
        cell.title = title;
      }
      if (event.author !== undefined) cell.authorIds.add(event.author);
      cell.authors = cell.authorIds.size;
      if (event.kind !== "repost") cell.originals += 1;
    }
  }
  return hours;
}
