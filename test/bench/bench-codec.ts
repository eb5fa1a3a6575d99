import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { listPrices } from "../../terraform/operate/cost/list-prices.ts";
import {
  type Effort,
  held,
  type Measurement,
  median,
  ownCpuMs,
  roundsOf,
  told,
} from "./measurement.ts";
import { realMessages } from "./real-messages.ts";

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
/** That of shared/codec/encode-payload.ts, and in the names of two targets. */
const chosen = "zstd 1";
const messagesOfTopic = 10;
const rounds = 7;
const bytesOfTiB = 1_024 ** 4;

/**
 * What bytes and CPU cost together, by codec and topic: a MB is published once and delivered once,
 * compressed once and decompressed once.
 */
export async function benchCodec(effort: Effort): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  for (const [topic, all] of await realMessages()) {
    const messages = all.slice(0, messagesOfTopic);
    const parseMs = await msPerMb(effort, messages, (data) => {
      for (const line of data.toString().split("\n")) JSON.parse(line);
    });
    const measured = [];
    for (const codec of codecs) measured.push(await measure(effort, codec, messages));
    for (const { name, ratio, encodeMs, decodeMs, price } of measured) {
      const cost = `${encodeMs.toFixed(1)} + ${decodeMs.toFixed(1)} ms/MB`;
      measurements.push(
        told(`price of a message: ${topic}`, price, "µ$/MB", {
          of: `${name}: ${ratio.toFixed(2)}×, ${cost}`,
        }),
      );
    }
    const ours = measured.find(({ name }) => name === chosen);
    if (ours === undefined) throw new Error(`${chosen} was not measured`);
    const cheapest = Math.min(...measured.map(({ price }) => price));
    const cpu = (ours.encodeMs + ours.decodeMs) / parseMs;
    measurements.push(
      held("zstd 1, price to the cheapest codec", ours.price / cheapest, { of: topic }),
      held("zstd 1, CPU to JSON.parse of the same", cpu, { of: topic }),
    );
  }
  return measurements;
}

async function measure(
  effort: Effort,
  { name, encode, decode }: Codec,
  messages: readonly Buffer[],
) {
  const encoded = messages.map(encode);
  const ratio = bytesOf(messages) / bytesOf(encoded);
  const encodeMs = await msPerMb(effort, messages, encode);
  const decodeMs = await msPerMb(effort, messages, (_, index) =>
    decode(encoded[index] ?? Buffer.alloc(0)),
  );
  const transport = ((2 * 1e6) / ratio / bytesOfTiB) * listPrices.pubsubTiB.price;
  const cpu = ((encodeMs + decodeMs) / 1_000) * listPrices.vcpuSecond.price;
  return { name, ratio, encodeMs, decodeMs, price: (transport + cpu) * 1e6 };
}

const bytesOf = (messages: readonly Buffer[]): number =>
  messages.reduce((sum, { length }) => sum + length, 0);

async function msPerMb(
  effort: Effort,
  messages: readonly Buffer[],
  work: (data: Buffer, index: number) => unknown,
): Promise<number> {
  for (const [index, data] of messages.entries()) work(data, index);
  const times: number[] = [];
  for (let round = 0; round < roundsOf(effort, rounds); round++) {
    const ms = await ownCpuMs(() => {
      for (const [index, data] of messages.entries()) work(data, index);
    });
    times.push(ms);
  }
  return median(times) / (bytesOf(messages) / 1e6);
}
