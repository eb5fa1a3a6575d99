import { jsonLines } from "../../shared/codec/json-lines.ts";
import type { PublishLines } from "../../shared/codec/publish-lines.ts";
import { parsePubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import type { Anomaly } from "../../shared/events/anomaly.v1.ts";
import type { PublishedTopic } from "../../shared/manifest/published-topic.ts";
import { composeRequest } from "./compose-request.ts";
import type manifest from "./function.json";
import { readAnomalies } from "./read-anomalies.ts";
import type { SendRequest } from "./send-request.ts";

type Dependencies = {
  send: SendRequest;
  publish: PublishLines<PublishedTopic<typeof manifest>>;
  /** ms since 1970, UTC. */
  now: () => number;
  log: { info: (counts: object, message: string) => void };
  config: {
    functionVersion: string;
    webhook?: URL | undefined;
    secret?: Uint8Array | undefined;
  };
};

/** What is told of hours before that is history, as a backfill brings it. */
const newsMs = 48 * 3_600_000;

/**
 * Handles one Pub/Sub message of anomalies. Returns, and so acknowledges, only when the webhook has
 * answered with success for each incident that begins, ends or is taken back; throws when not, and
 * then all of them are sent again, under the ids that they had.
 */
export function createHandler({ send, publish, now, log, config }: Dependencies) {
  const { webhook, secret, functionVersion } = config;
  return async (event: unknown): Promise<void> => {
    const { anomalies, failed } = readAnomalies(parsePubsubDelivery(event), functionVersion);
    await publish("failed-events", "failed-event.v1", jsonLines(failed));
    const news = anomalies.filter((one) => isTold(one, now()));
    if (webhook !== undefined) {
      for (const anomaly of news) {
        const { headers, body } = composeRequest(anomaly, now(), secret);
        const status = await send(webhook, headers, body);
        if (status < 200 || status >= 300) throw new Error(`the webhook answered with ${status}`);
      }
    }
    const told = webhook === undefined ? 0 : news.length;
    log.info({ anomalies: anomalies.length, told, failed: failed.length }, "notified");
  };
}

/** Not each hour that an incident goes on, and of what is taken back only incidents that had begun. */
function isTold({ state, hour, since }: Anomaly, now: number): boolean {
  if (now - Date.parse(hour) > newsMs) return false;
  return state === "open" || state === "closed" || (state === "withdrawn" && hour === since);
}
