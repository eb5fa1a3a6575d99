import { fork } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, gzipSync, zstdCompressSync } from "node:zlib";
import { PubSub } from "@google-cloud/pubsub";
import { Storage } from "@google-cloud/storage";
import * as z from "zod";
import { parseConfig } from "../../functions/load-object/config.ts";
import { loadObject } from "../../functions/load-object/load-object.ts";
import { createObjectStore } from "../../functions/load-object/object-store.ts";
import { createPublisher } from "../../shared/codec/publish-message.ts";
import { createRandom } from "../support/create-random.ts";
import { peakResidentBytes } from "../support/process-usage.ts";
import { startLanding } from "../support/start-landing.ts";
import { streamLines } from "./bench-normalize.ts";
import { held, type Measurement, median, told } from "./measurement.ts";

const rounds = 4;
const mebibyte = 1024 * 1024;
const inFlightBytes = 4_000_000;
const attributes = { schema: "raw", "content-encoding": "zstd" };

/**
 * Speed of `load-object` beside what nobody can do without (download, gunzip, `readline`,
 * compress and publish in the same packs), both in one process against the same servers, in turns; and the memory of the
 * deployed bundle in a process of its own, for objects of 10 MB and 1 GiB and for a line of 64 MiB.
 */
export async function benchLoadObject(): Promise<Measurement[]> {
  return [...(await measureSpeed()), ...(await measureMemory())];
}

async function measureSpeed(): Promise<Measurement[]> {
  const landing = await startLanding({ keepMessages: false });
  try {
    const lines = streamLines();
    const content = Buffer.from(`${lines.join("\n")}\n`);
    // Not in the landing folder: here the benchmark calls the load by itself.
    const file = landing.bucket.file("bench/tweets.jsonl.gz");
    await file.save(gzipSync(content));
    const times = await runInTurns(landing, file.name);
    const ratios = (unit: "cpuMs" | "wallMs") =>
      times.map(({ bare, ours }) => bare[unit] / ours[unit]);
    const wallMs = median(times.map(({ ours }) => ours.wallMs));
    return [
      held("load-object, share of bare gunzip, split and publish", ratios("cpuMs")),
      told("load-object, the same by the clock", ratios("wallMs"), "×"),
      told("load-object, content per second", content.length / 1_000 / wallMs, "MB/s"),
      told("load-object, rows per second", lines.length / (wallMs / 1_000), "/s"),
    ];
  } finally {
    await landing.stop();
  }
}

const timing = z.object({ cpuMs: z.number(), wallMs: z.number() });
const turn = z.object({ bare: timing, ours: timing });

type Landing = Awaited<ReturnType<typeof startLanding>>;

/** Both kinds of load in turns, in a process of their own: the servers are busy in this one. */
async function runInTurns(landing: Landing, object: string): Promise<z.infer<typeof turn>[]> {
  const child = fork(import.meta.filename, [landing.bucket.name, object], {
    env: {
      PATH: process.env.PATH ?? "",
      METADATA_SERVER_DETECTION: "none",
      GOOGLE_CLOUD_PROJECT: "demo",
      PUBSUB_EMULATOR_HOST: landing.pubsub.address,
      STORAGE_EMULATOR_HOST: landing.storageUrl,
    },
  });
  let turns: unknown;
  child.once("message", (message) => {
    turns = message;
  });
  await once(child, "exit");
  return z.array(turn).min(rounds).parse(turns);
}

async function takeTurns(bucket: string, name: string): Promise<void> {
  const storage = new Storage({ projectId: "demo" });
  const client = new PubSub({ projectId: "demo" });
  const publish = createPublisher(client, "");
  const store = createObjectStore(storage);
  const config = parseConfig({ GOOGLE_CLOUD_PROJECT: "demo" });
  const [{ generation }] = await storage.bucket(bucket).file(name).getMetadata();
  const object = await store.find({ bucket, name, generation: String(generation) });
  if (object === undefined) throw new Error("the object is gone");

  const times = [];
  for (let round = 0; round <= rounds; round++) {
    const bare = await timed(() => loadBare(storage.bucket(bucket).file(name), publish));
    const ours = await timed(async () => {
      const report = await loadObject(
        object,
        { name: "tweets" },
        { store, publish, config, now: Date.now },
      );
      return report.rows;
    });
    if (bare.rows !== ours.rows) throw new Error(`${bare.rows} rows are not ${ours.rows}`);
    // The first round is for the compiler.
    if (round > 0) times.push({ bare, ours });
  }
  process.send?.(times);
  await client.close();
  process.disconnect();
}

/** All threads of this process, so that what zlib does beside JavaScript counts, too. */
async function timed(load: () => Promise<number>) {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const rows = await load();
  const { user, system } = process.cpuUsage(cpu);
  return { rows, cpuMs: (user + system) / 1_000, wallMs: performance.now() - start };
}

async function loadBare(
  file: { createReadStream: (options: object) => Readable },
  publish: ReturnType<typeof createPublisher>,
): Promise<number> {
  const input = file
    .createReadStream({ decompress: false, validation: false })
    .pipe(createGunzip());
  const underWay = new Set<Promise<unknown>>();
  let bytesUnderWay = 0;
  let pack: string[] = [];
  let packBytes = 0;
  let rows = 0;
  const send = async () => {
    const data = zstdCompressSync(Buffer.from(pack.join("\n")));
    rows += pack.length;
    pack = [];
    packBytes = 0;
    while (bytesUnderWay > 0 && bytesUnderWay + data.length > inFlightBytes) {
      await Promise.race(underWay);
    }
    bytesUnderWay += data.length;
    const sent = publish("tweets", data, attributes).finally(() => {
      bytesUnderWay -= data.length;
      underWay.delete(sent);
    });
    underWay.add(sent);
  };
  for await (const line of createInterface({ input })) {
    if (pack.length === 500 || packBytes + line.length > 1_000_000) await send();
    pack.push(line);
    packBytes += line.length + 1;
  }
  if (pack.length > 0) await send();
  await Promise.all(underWay);
  return rows;
}

async function measureMemory(): Promise<Measurement[]> {
  const small = await peakMebibytes("small.jsonl.gz", () => repeatMember(10 * mebibyte));
  const large = await peakMebibytes("large.jsonl.gz", () => repeatMember(1_024 * mebibyte));
  const long = await peakMebibytes("long.jsonl.gz", () => [
    gzipSync(Buffer.concat([Buffer.alloc(64 * mebibyte, "x"), Buffer.from('\n{"id":"1"}\n')])),
  ]);
  return [
    told("load-object, resident memory for a gzip of 10 MB", small.mebibytes, "MiB"),
    held("load-object, resident memory for a gzip of 1 GiB", large.mebibytes),
    // A load of 10 MB ends before the heap has reached the size that it then keeps.
    held("load-object, memory for 1 GiB over that for 10 MB", large.mebibytes / small.mebibytes),
    held("load-object, resident memory for a line of 64 MiB", long.mebibytes),
    told("load-object, gzip of 1 GiB takes", large.seconds, "s"),
  ];
}

/** Members of a gzip file that compresses as badly as it can, and so has most to publish. */
function* repeatMember(bytes: number): Generator<Buffer> {
  const random = createRandom(1);
  const lines = Array.from({ length: 8_000 }, () => {
    const noise = Buffer.from(Array.from({ length: 750 }, () => random.below(256)));
    return `{"id":"1","text":"${noise.toString("base64")}"}\n`;
  });
  const member = gzipSync(lines.join(""), { level: 1 });
  for (let sent = 0; sent < bytes; sent += member.length) yield member;
}

async function peakMebibytes(name: string, members: () => Iterable<Buffer>) {
  const landing = await startLanding({ keepMessages: false });
  try {
    const object = `landing/tweets/${name}`;
    const upload = landing.bucket.file(object).createWriteStream({ resumable: false });
    await pipeline(Readable.from(members()), upload);
    const { seconds, outcome } = await landing.report(object, 600_000);
    if (outcome !== "loaded") throw new Error(`${name} is not loaded`);
    return { mebibytes: peakResidentBytes(landing.loader.pid()) / mebibyte, seconds };
  } finally {
    await landing.stop();
  }
}

if (import.meta.main) {
  const [bucket = "", object = ""] = process.argv.slice(2);
  await takeTurns(bucket, object);
}
