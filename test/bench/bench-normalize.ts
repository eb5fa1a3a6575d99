import { normalizeMessage } from "../../functions/normalize-tweets/normalize-message.ts";
import type { PubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import { generateTweets } from "../producer/generate-tweets.ts";
import { delivery } from "../support/deliveries.ts";
import { hasSharedData, sharedLines } from "../support/shared-data.ts";
import {
  type Effort,
  held,
  type Measurement,
  ownCpuMs,
  ratioToFloor,
  roundsOf,
  told,
} from "./measurement.ts";

const pack = 100;
const rounds = 7;

/**
 * normalize-tweets in process against its floor: decode and parse each line, one `new URL` per
 * link. The work includes writing the lines that would be published.
 */
export async function benchNormalize(effort: Effort): Promise<Measurement[]> {
  const packed = packs(streamLines());
  const { ratios, workMs } = await ratioToFloor(
    roundsOf(effort, rounds),
    () => ownCpuMs(() => runFloor(packed)),
    () => ownCpuMs(() => runNormalizer(packed)),
  );
  const lines = packed.length * pack;
  return [
    held("normalize-tweets, share of its floor", ratios),
    told("normalize-tweets, lines per second of CPU", lines / (workMs / 1_000), "/s"),
  ];
}

/** The real stream where it is at hand, else generated tweets. */
export function streamLines(): string[] {
  if (hasSharedData) return sharedLines("tweets/stream-2019-07-03.jsonl.gz");
  const tweets = generateTweets({ count: 50_000, seed: 1, endingAt: new Date() });
  return Array.from(tweets, ({ json }) => json);
}

function packs(lines: readonly string[]): PubsubDelivery[] {
  return Array.from({ length: Math.ceil(lines.length / pack) }, (_, index) =>
    delivery(lines.slice(index * pack, (index + 1) * pack).join("\n")),
  );
}

function runFloor(packed: readonly PubsubDelivery[]): void {
  let hosts = 0;
  for (const { payload } of packed) {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(payload, "base64"));
    for (const line of text.split("\n")) {
      const tweet = JSON.parse(line);
      const body = tweet.retweeted_status ?? tweet;
      for (const link of (body.extended_tweet?.entities ?? body.entities)?.urls ?? []) {
        hosts += new URL(link.expanded_url ?? link.url).host.length;
      }
    }
  }
  if (hosts === 0) throw new Error("the floor has seen no link");
}

function runNormalizer(packed: readonly PubsubDelivery[]): void {
  let bytes = 0;
  for (const message of packed) {
    const context = { functionVersion: "bench", now: Date.now(), storesText: true };
    const normalized = normalizeMessage(message, context);
    for (const events of Object.values(normalized)) {
      for (const event of events) bytes += JSON.stringify(event).length;
    }
  }
  if (bytes === 0) throw new Error("the normalizer has made nothing");
}
