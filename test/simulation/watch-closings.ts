import { urlMentions } from "../../shared/streams/url-mentions.ts";
import type { AskedQuery } from "./create-closing-tables.ts";
import type { See } from "./sightings.ts";

/** Looks on at closings, and at the rows that they may not have seen. */
export function watchClosings(see: See, now: () => number) {
  const closed = new Set<number>();
  let lookedMs = 0;
  return {
    /** Hears of each query, as it is answered. */
    onQuery: (query: AskedQuery): void => {
      if (query.query === "findTouched") lookedMs = now();
      if (query.query !== "writeTotals") return;
      for (const { hour } of query.answer.headers) {
        if (closed.has(hour)) see("an hour was closed once more");
        closed.add(hour);
      }
    },
    /** Hears of rows that are in a table now, and were given the time `landedMs` before. */
    onLanded: (table: string, landedMs: number): void => {
      if (table !== urlMentions.increments.table || landedMs >= lookedMs) return;
      see("rows landed that a closing had missed");
    },
  };
}
