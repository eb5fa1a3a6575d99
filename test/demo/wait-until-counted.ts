import { setTimeout as delay } from "node:timers/promises";
import type { Totals } from "./query-summary.ts";

const pollMs = 100;
/** Without any change for so long, something is stuck rather than slow. */
const patienceMs = 60_000;
/** With an empty backlog, what is not counted by then will not come. */
const emptyBacklogPatienceMs = 5_000;
const minLooks = 5;

/**
 * Resolves when everything that was published is counted: every line has its receipt or failed
 * event, and every link of a post is in the exact view, or among those that are not counted.
 * @throws {Error} when nothing has moved for too long.
 */
export async function waitUntilCounted(watch: {
  totals: () => Totals | undefined;
  /** Unacknowledged messages; undefined where that cannot be asked. */
  backlog: () => number | undefined;
  expectedLines: number;
  signal: AbortSignal;
}): Promise<void> {
  let last: Totals | undefined;
  let lastChange = Date.now();
  let looksWithoutChange = 0;
  while (!watch.signal.aborted) {
    const totals = watch.totals();
    if (totals !== undefined) {
      if (totals !== last) looksWithoutChange += 1;
      if (totals.rows !== last?.rows) {
        lastChange = Date.now();
        looksWithoutChange = 0;
      }
      last = totals;
      const judged = totals.mentions + totals.unlinked;
      const isCounted = totals.lines >= watch.expectedLines && totals.linked === judged;
      const backlog = watch.backlog();
      if (isCounted && (backlog ?? 0) === 0) return;
      const patience = backlog === 0 ? emptyBacklogPatienceMs : patienceMs;
      if (Date.now() - lastChange > patience && looksWithoutChange >= minLooks) {
        throw new Error(
          `${totals.lines} of ${watch.expectedLines} lines are received and ${judged} of ` +
            `${totals.linked} links judged, and nothing moves: see the functions' logs`,
        );
      }
    }
    await delay(pollMs);
  }
}
