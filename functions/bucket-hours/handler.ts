import { jsonLines } from "../../shared/codec/json-lines.ts";
import type { PublishLines } from "../../shared/codec/publish-lines.ts";
import { parsePubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import type { PublishedTopic } from "../../shared/manifest/published-topic.ts";
import { streams } from "../../shared/streams/streams.ts";
import type { CountEvents } from "./coalesce-increments.ts";
import type manifest from "./function.json";
import { readEvents } from "./read-events.ts";

type Dependencies = {
  count: CountEvents;
  publish: PublishLines<PublishedTopic<typeof manifest>>;
  /** ms since 1970, UTC. */
  now: () => number;
  log: { info: (counts: object, message: string) => void };
  config: { functionVersion: string; topicPrefix: string };
};

/**
 * Handles one Pub/Sub message of events of any declared stream. Returns, and so acknowledges, only
 * when every event is inside a published increment or is a published failed event; throws when not.
 */
export function createHandler({ count, publish, now, log, config }: Dependencies) {
  return async (event: unknown): Promise<void> => {
    const delivery = parsePubsubDelivery(event);
    const stream = streams.find(({ name }) => config.topicPrefix + name === delivery.topic);
    if (stream === undefined) {
      throw new Error(`topic '${delivery.topic}' carries no stream: check the subscription`);
    }
    const { functionVersion } = config;
    const { events, bytes, failed } = readEvents(stream, delivery, { functionVersion, now: now() });
    await Promise.all([
      count(stream, events, bytes),
      publish("failed-events", "failed-event.v1", jsonLines(failed)),
    ]);
    log.info({ stream: stream.name, events: events.length, failed: failed.length }, "bucketed");
  };
}
