import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { createCounter } from "../../functions/bucket-hours/coalesce-increments.ts";
import { createHandler as createBucketHours } from "../../functions/bucket-hours/handler.ts";
import { createHandler as createNormalizeTweets } from "../../functions/normalize-tweets/handler.ts";
import { createHandler as createNormalizeUrls } from "../../functions/normalize-urls/handler.ts";
import { packLines } from "../../shared/codec/pack-lines.ts";
import type { PublishLines } from "../../shared/codec/publish-lines.ts";
import { listPrices } from "../../terraform/operate/cost/list-prices.ts";
import { messagePublished } from "../support/deliveries.ts";
import { streamLines } from "./bench-normalize.ts";
import { atMost, type Measurement, median, ownCpuMs, told } from "./measurement.ts";

type Codec = {
  name: string;
  encode: (data: Buffer) => Buffer;
  decode: (data: Buffer) => Buffer;
};

const zstd = (level: number): Codec => ({
  name: `zstd ${level}`,
  encode: (data) =>
    zstdCompressSync(data, { params: { [constants.ZSTD_c_compressionLevel]: level } }),
  decode: zstdDecompressSync,
});

const gzip = (level: number): Codec => ({
  name: `gzip ${level}`,
  encode: (data) => gzipSync(data, { level }),
  decode: gunzipSync,
});

const codecs = [zstd(1), zstd(3), zstd(6), gzip(1), gzip(6)];
/** That of shared/codec/encode-payload.ts. */
const chosen = "zstd 1";
const messagesOfTopic = 10;
const rounds = 7;
const bytesOfTiB = 1_024 ** 4;

/**
 * What bytes and CPU cost together, by codec and topic: a MB is published once and delivered once,
 * compressed once and decompressed once.
 */
export async function benchCodec(): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  for (const [topic, messages] of await messagesByTopic()) {
    const parseMs = await msPerMb(messages, (data) => {
      for (const line of data.toString().split("\n")) JSON.parse(line);
    });
    const measured = [];
    for (const codec of codecs) measured.push(await measure(codec, messages));
    for (const { name, ratio, encodeMs, decodeMs, price } of measured) {
      const cost = `${encodeMs.toFixed(1)} + ${decodeMs.toFixed(1)} ms/MB`;
      measurements.push(told(`${topic}, ${name}: ${ratio.toFixed(2)}×, ${cost}`, price, "µ$/MB"));
    }
    const ours = measured.find(({ name }) => name === chosen);
    if (ours === undefined) throw new Error(`${chosen} was not measured`);
    const cheapest = Math.min(...measured.map(({ price }) => price));
    const cpu = (ours.encodeMs + ours.decodeMs) / parseMs;
    measurements.push(
      atMost(`${topic}, ${chosen}: price to the cheapest`, ours.price / cheapest, 1.15, "×"),
      atMost(`${topic}, ${chosen}: CPU to JSON.parse of the same`, cpu, 1, "×"),
    );
  }
  return measurements;
}

async function measure({ name, encode, decode }: Codec, messages: readonly Buffer[]) {
  const encoded = messages.map(encode);
  const ratio = bytesOf(messages) / bytesOf(encoded);
  const encodeMs = await msPerMb(messages, encode);
  const decodeMs = await msPerMb(messages, (_, index) => decode(encoded[index] ?? Buffer.alloc(0)));
  const transport = ((2 * 1e6) / ratio / bytesOfTiB) * listPrices.pubsubTiB.price;
  const cpu = ((encodeMs + decodeMs) / 1_000) * listPrices.vcpuSecond.price;
  return { name, ratio, encodeMs, decodeMs, price: (transport + cpu) * 1e6 };
}

const bytesOf = (messages: readonly Buffer[]): number =>
  messages.reduce((sum, { length }) => sum + length, 0);

async function msPerMb(
  messages: readonly Buffer[],
  work: (data: Buffer, index: number) => unknown,
): Promise<number> {
  for (const [index, data] of messages.entries()) work(data, index);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const ms = await ownCpuMs(() => {
      for (const [index, data] of messages.entries()) work(data, index);
    });
    times.push(ms);
  }
  return median(times) / (bytesOf(messages) / 1e6);
}

/** Full messages of each topic that the real functions make of real tweets. */
async function messagesByTopic(): Promise<Map<string, Buffer[]>> {
  const lines = new Map<string, string[]>();
  const publish: PublishLines<string> = async (topic, _, published) => {
    const known = lines.get(topic) ?? [];
    for (const line of published) known.push(line);
    lines.set(topic, known);
  };
  const log = { info: () => undefined };
  const config = { functionVersion: "bench", topicPrefix: "", storesText: true };
  const now = () => Date.now();
  const normalize = createNormalizeTweets({ publish, now, log, config });
  const judge = createNormalizeUrls({ publish, now, log, config });
  const count = createCounter(publish);
  const bucket = createBucketHours({ count, publish, now, log, config });

  const tweets = [...packLines(streamLines())].map(({ data }) => data);
  for (const data of tweets) await normalize(messagePublished(data, "tweets"));
  for (const { data } of packLines(lines.get("link-shares") ?? [])) {
    await judge(messagePublished(data, "link-shares"));
  }
  const mentions = [...packLines(lines.get("url-mentions") ?? [])];
  await Promise.all(mentions.map(({ data }) => bucket(messagePublished(data, "url-mentions"))));
  const topics = [...lines]
    .filter(([, published]) => published.length > 0)
    .map(([topic, published]) => [topic, pack(published)] as const);
  return new Map([["tweets", tweets.slice(0, messagesOfTopic)], ...topics]);
}

const pack = (lines: readonly string[]): Buffer[] =>
  [...packLines(lines)].map(({ data }) => data).slice(0, messagesOfTopic);
