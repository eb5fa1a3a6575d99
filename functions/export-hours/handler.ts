import { jsonLines } from "../../shared/codec/json-lines.ts";
import type { PublishLines } from "../../shared/codec/publish-lines.ts";
import { readClosedHours } from "../../shared/codec/read-closed-hours.ts";
import { parsePubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import type { HoursClosed } from "../../shared/events/hours-closed.v1.ts";
import type { PublishedTopic } from "../../shared/manifest/published-topic.ts";
import { takeTurns } from "../../shared/objects/take-turns.ts";
import type { HourIndex, Stream } from "../../shared/streams/stream.ts";
import { type ExportTools, exportHour } from "./export-hour.ts";
import type manifest from "./function.json";

type Dependencies = ExportTools & {
  streams: readonly Stream[];
  publish: PublishLines<PublishedTopic<typeof manifest>>;
  log: { info: (counts: object, message: string) => void };
  config: { functionVersion: string };
};

/** An export takes seconds, in which nothing is to do here. */
const exportsAtOnce = 8;

/**
 * Handles one Pub/Sub message of closed hours. Returns, and so acknowledges, only when the files of all
 * of them are there, and the manifests that name them. What is there already is not written again.
 */
export function createHandler(dependencies: Dependencies) {
  const { streams, publish, log, config } = dependencies;
  const inTurn = takeTurns(exportsAtOnce);
  return async (event: unknown): Promise<void> => {
    const delivery = parsePubsubDelivery(event);
    const context = { stage: "export-hours", ...config, streams };
    const { closed, failed } = readClosedHours(delivery, context);
    const outcomes = await Promise.allSettled([
      publish("failed-events", "failed-event.v1", jsonLines(failed)).then(() => []),
      ...exportsOf(newestOf(closed), streams).map(([hour, stream, index]) =>
        inTurn(async () => [await exportHour(hour, stream, index, dependencies)]),
      ),
    ]);
    const counts = { exported: 0, present: 0, bytesBilled: 0 };
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") throw outcome.reason;
      for (const { isNew, bytesBilled } of outcome.value) {
        counts[isNew ? "exported" : "present"] += 1;
        counts.bytesBilled += bytesBilled;
      }
    }
    log.info({ hours: closed.length, ...counts, failed: failed.length }, "exported hours");
  };
}

/** Of closings of one hour, only the last is of use. */
function newestOf(closed: readonly HoursClosed[]): HoursClosed[] {
  const newest = new Map<string, HoursClosed>();
  for (const one of closed) {
    const key = `${one.stream} ${one.hour}`;
    if (one.revision > (newest.get(key)?.revision ?? -1)) newest.set(key, one);
  }
  return [...newest.values()];
}

const exportsOf = (
  closed: readonly HoursClosed[],
  streams: readonly Stream[],
): [HoursClosed, Stream, HourIndex][] =>
  closed.flatMap((hour) =>
    streams
      .filter(({ name }) => name === hour.stream)
      .flatMap((stream) =>
        stream.indices.map((index): [HoursClosed, Stream, HourIndex] => [hour, stream, index]),
      ),
  );
