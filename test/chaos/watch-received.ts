import { setTimeout as delay } from "node:timers/promises";
import type { BigQuery } from "@google-cloud/bigquery";
import { queryReceived } from "./query-counts.ts";

const minPauseMs = 500;
/** Asking costs CPU that the counting needs: a tenth of the time at most. */
const pausePerAnswer = 10;

/** Tells again and again how many items the warehouse has received, until it is stopped. */
export function watchReceived(
  bigQuery: BigQuery,
  dataset: string,
  onReceived: (received: number) => void,
): { stop: () => Promise<void> } {
  const stopped = new AbortController();
  const look = async () => {
    while (!stopped.signal.aborted) {
      const askedAt = Date.now();
      onReceived(await queryReceived(bigQuery, dataset));
      const pause = Math.max(minPauseMs, pausePerAnswer * (Date.now() - askedAt));
      await delay(pause, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  };
  // A run does not fail for want of a look at it.
  const ended = look().catch(() => undefined);
  return {
    stop: async () => {
      stopped.abort();
      await ended;
    },
  };
}
