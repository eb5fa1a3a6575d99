import { countHours, printHours } from "./count-hours.ts";
import { newestHeaders } from "./count-totals.ts";
import type { World } from "./create-world.ts";

/** What is wrong with totals when all that has landed is closed. */
export type ClosedAtRest = {
  /** False when no closing has come to its end. */
  isClosed: boolean;
  staleHours: number;
  rewrittenHours: number;
  untoldHours: number;
  unexportedHours: number;
};

/**
 * Closes all hours when the storm is over and nothing lands, compares the view with the exact one, and
 * closes again.
 */
export async function closeAtRest(world: World): Promise<ClosedAtRest> {
  const { scheduler, warehouse, closer, closingTables, exporter } = world;
  const isClosed = await closeOnce(world);
  const exact = countHours(
    warehouse.rows("url_hour_increments"),
    warehouse.rows("tombstones"),
    warehouse.rows("retractions"),
  );
  const shown = closingTables.view(scheduler.now());
  const written = closingTables.headers.length;
  const isClosedAgain = await closeOnce(world);
  const told = new Set(closer.told.map(({ hour, revision }) => `${Date.parse(hour)} ${revision}`));
  const newest = newestHeaders({ headers: closingTables.headers, cells: [] });
  const untold = [...newest.values()].filter(
    ({ hour, revision }) => !told.has(`${hour} ${revision}`),
  );
  return {
    isClosed: isClosed && isClosedAgain,
    staleHours: differences(printHours(shown), printHours(exact)),
    rewrittenHours: closingTables.headers.length - written,
    untoldHours: untold.length + closer.toldWrongly(),
    unexportedHours: exporter.wrongHours(newest.values()),
  };
}

async function closeOnce({ scheduler, weather, closer }: World): Promise<boolean> {
  scheduler.after(weather.endsMs() - scheduler.now(), () => undefined);
  if (!(await scheduler.runUntilIdle())) return false;
  const closing = closer.close();
  return (await scheduler.runUntilIdle()) && (await closing) !== undefined;
}

/** Lines that are in one text and not in the other, once where a line is in both but for its end. */
function differences(one: string, other: string): number {
  if (one === other) return 0;
  const lines = new Set(one.split("\n"));
  const others = new Set(other.split("\n"));
  const doubled = one.split("\n").length - lines.size;
  return Math.max(lines.difference(others).size, others.difference(lines).size) + doubled;
}
