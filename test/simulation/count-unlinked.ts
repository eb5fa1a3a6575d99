import {
  bestRevisions,
  hourOf,
  hourText,
  membersOf,
  notRetracted,
  withdrawnBy,
} from "./count-hours.ts";
import type { Row } from "./create-warehouse.ts";

/**
 * What view `unlinked_latest` says in SQL, said once more: how many links the best informed readings
 * of posts share that are not counted, each once.
 */
export function countUnlinked(tables: {
  increments: readonly Row[];
  unlinked: readonly Row[];
  tombstones: readonly Row[];
  retractions: readonly Row[];
}): number {
  const isWithdrawn = withdrawnBy(tables.tombstones);
  const delivered = notRetracted(tables.increments, tables.retractions);
  const best = bestRevisions(delivered, isWithdrawn);
  const readings = new Set<string>();
  for (const row of delivered) {
    for (const event of membersOf(row)) {
      const { id, revision } = event;
      const isBest = best.get(String(row.hour))?.get(String(id)) === revision;
      if (isBest && !isWithdrawn(event)) readings.add(JSON.stringify([id, revision]));
    }
  }
  const links = new Set<string>();
  const unlinked = tables.unlinked.map((row) => ({
    ...row,
    hour: hourText(hourOf(row.event_time)),
  }));
  for (const { id, revision, url } of notRetracted(unlinked, tables.retractions)) {
    if (readings.has(JSON.stringify([id, revision]))) links.add(JSON.stringify([id, url]));
  }
  return links.size;
}
