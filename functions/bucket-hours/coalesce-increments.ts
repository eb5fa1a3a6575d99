import DataLoader from "dataloader";
import type { Stream } from "../../shared/streams/stream.ts";
import { bucketHours, type StreamEvent } from "./bucket-hours.ts";
import type { PublishLines } from "./publish-lines.ts";

/** Counts events: resolves when the increments that hold them are safe on the next topic. */
export type CountEvents = (stream: Stream, events: StreamEvent[]) => Promise<void>;

/** How long events wait for those of concurrent requests, so that they share increments. */
const lingerMs = 5;
const requestsPerBatch = 32;

/**
 * Buckets the events of concurrent requests together: fewer, larger increments for the same
 * events. A request is answered only when all increments of its batch are safe. `schedule` runs
 * something after so many ms.
 */
export function createCounter(
  publish: PublishLines,
  now: () => number,
  schedule: (run: () => void, ms: number) => unknown = setTimeout,
): CountEvents {
  const loaders = new Map<string, DataLoader<StreamEvent[], void>>();

  const createLoader = (stream: Stream) =>
    new DataLoader<StreamEvent[], void>(
      async (requests) => {
        const appendedAt = new Date(now()).toISOString();
        const rows = bucketHours(stream, requests.flat(), appendedAt);
        const lines = rows.map((row) => JSON.stringify(row));
        await publish(stream.increments.topic, `${stream.increments.table}.v1`, lines);
        return requests.map(() => undefined);
      },
      {
        cache: false,
        maxBatchSize: requestsPerBatch,
        batchScheduleFn: (dispatch) => schedule(dispatch, lingerMs),
      },
    );

  return async (stream, events) => {
    if (events.length === 0) return;
    const loader = loaders.get(stream.name) ?? createLoader(stream);
    loaders.set(stream.name, loader);
    await loader.load(events);
  };
}
