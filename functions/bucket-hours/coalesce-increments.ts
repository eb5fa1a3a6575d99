import { coalesceRequests, type Schedule } from "../../shared/codec/coalesce-requests.ts";
import type { PublishLines } from "../../shared/codec/publish-lines.ts";
import type { Stream } from "../../shared/streams/stream.ts";
import { bucketHours, type StreamEvent } from "./bucket-hours.ts";

/** Counts events of so many bytes as JSON: resolves when the increments that hold them are safe on the next topic. */
export type CountEvents = (stream: Stream, events: StreamEvent[], bytes: number) => Promise<void>;

type Request = { stream: Stream; events: StreamEvent[]; bytes: number };

const limits = { bytes: 8_000_000, items: 8_000, lingerMs: 5 };

/**
 * Buckets the events of concurrent requests together: fewer, larger increments for the same
 * events. A request is answered only when all increments of its batch are safe. `schedule` runs
 * something after so many ms.
 */
export function createCounter(
  publish: PublishLines<Stream["increments"]["topic"]>,
  schedule?: Schedule,
): CountEvents {
  const countTogether = coalesceRequests<Request, undefined>({
    keyOf: ({ stream }) => stream.name,
    sizeOf: ({ events, bytes }) => ({ bytes, items: events.length }),
    run: async ([first, ...rest]) => {
      const { stream } = first;
      const requests = [first, ...rest];
      const events = requests.flatMap((request) => request.events);
      const rows = bucketHours(stream, events);
      const lines = rows.map((row) => JSON.stringify(row));
      await publish(stream.increments.topic, stream.increments.schema, lines);
      return requests.map(() => undefined);
    },
    limits,
    ...(schedule !== undefined && { schedule }),
  });

  return async (stream, events, bytes) => {
    if (events.length > 0) await countTogether({ stream, events, bytes });
  };
}
