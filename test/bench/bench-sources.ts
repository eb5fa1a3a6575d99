import { readFileSync } from "node:fs";
import { zstdDecompressSync } from "node:zlib";
import { normalizeMessage as normalizeBluesky } from "../../functions/normalize-bluesky/normalize-message.ts";
import { normalizeMessage as normalizeMastodon } from "../../functions/normalize-mastodon/normalize-message.ts";
import { encodePayload } from "../../shared/codec/encode-payload.ts";
import type { PubsubDelivery } from "../../shared/envelopes/pubsub-delivery.ts";
import { delivery } from "../support/deliveries.ts";
import { hasSharedData, sharedDataPath, sharedLines } from "../support/shared-data.ts";
import { benchSubscriber } from "./bench-subscriber.ts";
import {
  type Effort,
  held,
  type Measurement,
  ownCpuMs,
  ratioToFloor,
  roundsOf,
} from "./measurement.ts";

const rounds = 7;
const pack = 100;
/** Each file is read so often in a round: they are small. */
const repeats = { bluesky: 60, mastodon: 6 };

/**
 * normalize-bluesky and normalize-mastodon in process against their floor: decompress, parse each line,
 * one `new URL` per link. The work includes writing the lines that would be published. Without the real
 * data there is nothing to measure. And the subscriber of Bluesky, as the command that it is.
 */
export async function benchSources(effort: Effort): Promise<Measurement[]> {
  if (!hasSharedData) return [];
  const events = readFileSync(sharedDataPath("bluesky/jetstream-events.jsonl"), "utf8");
  const bluesky = packs(repeat(events.trim().split("\n"), repeats.bluesky));
  const mastodon = packs(repeat(sharedLines("mastodon/statuses.jsonl.gz"), repeats.mastodon));
  const ofBluesky = await ratioToFloor(
    roundsOf(effort, rounds),
    () => ownCpuMs(() => runFloor(bluesky, blueskyLinks)),
    () => ownCpuMs(() => run(bluesky, normalizeBluesky)),
  );
  const ofMastodon = await ratioToFloor(
    roundsOf(effort, rounds),
    () => ownCpuMs(() => runFloor(mastodon, mastodonLinks)),
    () => ownCpuMs(() => run(mastodon, normalizeMastodon)),
  );
  return [
    held("normalize-bluesky, share of its floor", ofBluesky.ratios),
    held("normalize-mastodon, share of its floor", ofMastodon.ratios),
    ...(await benchSubscriber()),
  ];
}

const repeat = (lines: readonly string[], times: number): string[] =>
  Array.from({ length: times }, () => lines).flat();

function packs(lines: readonly string[]): PubsubDelivery[] {
  return Array.from({ length: Math.ceil(lines.length / pack) }, (_, index) => {
    const text = lines.slice(index * pack, (index + 1) * pack).join("\n");
    const { data, attributes } = encodePayload(Buffer.from(text));
    return { ...delivery(data), attributes };
  });
}

function runFloor(
  packed: readonly PubsubDelivery[],
  linksOf: (line: string) => readonly string[],
): void {
  let hosts = 0;
  for (const { payload } of packed) {
    const bytes = zstdDecompressSync(Buffer.from(payload, "base64"));
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    for (const line of text.split("\n")) {
      for (const link of linksOf(line)) hosts += new URL(link).host.length;
    }
  }
  if (hosts === 0) throw new Error("the floor has seen no link");
}

function blueskyLinks(line: string): string[] {
  const record = JSON.parse(line).commit?.record;
  const uri = record?.embed?.external?.uri ?? record?.facets?.[0]?.features[0]?.uri;
  return uri === undefined ? [] : [uri];
}

function mastodonLinks(line: string): string[] {
  const { card } = JSON.parse(line);
  return card === null ? [] : [card.url];
}

function run(packed: readonly PubsubDelivery[], normalize: typeof normalizeBluesky): void {
  let bytes = 0;
  for (const message of packed) {
    const context = { functionVersion: "bench", now: Date.now(), storesText: true };
    for (const events of Object.values(normalize(message, context))) {
      for (const event of events) bytes += JSON.stringify(event).length;
    }
  }
  if (bytes === 0) throw new Error("the normalizer has made nothing");
}
