import { gzipSync } from "node:zlib";
import { Storage } from "@google-cloud/storage";
import { type FunctionManifest, triggersOf } from "../../shared/manifest/function-manifest.ts";
import { objectFinalized } from "../support/deliveries.ts";
import { peakResidentBytes } from "../support/process-usage.ts";
import { signX } from "../support/sign-webhooks.ts";
import { hostileMessages } from "./hostile-messages.ts";
import { type Answer, post, pushBody } from "./send.ts";
import { projectId, type Victims, wake } from "./victims.ts";

/** What became of one function. */
export type MemoryReport = {
  name: string;
  /** Most that was ever resident, and what `function.json` gives it, bytes. */
  peakBytes: number;
  memoryBytes: number;
  answered: number;
  /** Refused, to come again: 429. */
  deferred: number;
  /** Answered otherwise, or not at all: what no attack may reach with messages. */
  failed: number;
  restarts: number;
  /** The input at whose end the peak was reached. */
  worst: string;
  holds: boolean;
};

/** One kind of request, again and again. */
type Attack = { what: string; send: () => Promise<Answer> };

/** Of the memory that a function has. */
const mostShare = 0.8;
const mebibyte = 1024 ** 2;

/**
 * Sends a function its worst inputs, each kind at its full concurrency, for `seconds` together, and
 * tells how much memory it took. `kinds` are those that are sent; all, when absent.
 */
export async function attackMemory(
  victims: Victims,
  manifest: FunctionManifest,
  { seconds, kinds = /./ }: { seconds: number; kinds?: RegExp },
): Promise<MemoryReport> {
  const { cloud } = victims;
  const { name, concurrency, memory } = manifest;
  const url = await wake(cloud, name);
  const attacks = (await attacksOn(victims, manifest, url)).filter(({ what }) => kinds.test(what));
  const running = cloud.functions.find((one) => one.name === name);
  const count = { answered: 0, deferred: 0, failed: 0 };
  let peakBytes = 0;
  let worst = "none";
  for (const { what, send } of attacks) {
    const deadline = Date.now() + (seconds * 1_000) / attacks.length;
    const worker = async () => {
      do {
        const answer = await send();
        if (answer === 429) count.deferred += 1;
        else if (isAnswer(answer, manifest)) count.answered += 1;
        else count.failed += 1;
      } while (Date.now() < deadline);
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
    const peak = running?.pid() === undefined ? peakBytes : peakResidentBytes(running.pid());
    if (peak > peakBytes) worst = what;
    peakBytes = Math.max(peak, peakBytes);
  }
  const memoryBytes = parseMemory(memory);
  const restarts = running?.restarts() ?? 0;
  const holds = peakBytes <= mostShare * memoryBytes && count.failed === 0 && restarts === 0;
  return { name, peakBytes, memoryBytes, ...count, restarts, worst, holds };
}

/** Messages are taken; what anyone may send may be refused, too. */
function isAnswer(answer: Answer, manifest: FunctionManifest): boolean {
  if (typeof answer !== "number") return false;
  return "http" in manifest.trigger ? answer < 500 || answer === 503 : answer < 300;
}

const parseMemory = (memory: string): number =>
  Number.parseInt(memory, 10) * (memory.endsWith("Gi") ? 1_024 : 1) * mebibyte;

async function attacksOn(
  victims: Victims,
  manifest: FunctionManifest,
  url: string,
): Promise<Attack[]> {
  const topics = triggersOf(manifest);
  if (topics.length === 0) return callAttacks(url);
  if (topics.includes("object-finalized")) {
    return [...(await objectAttacks(victims, url)), ...messageAttacks(victims, topics, url)];
  }
  return messageAttacks(victims, topics, url);
}

/** Every kind of message on one of the topics, those with good lines first. */
function messageAttacks(victims: Victims, topics: readonly string[], url: string): Attack[] {
  const known = topics.filter((topic) => victims.goodLines(topic).length > 0);
  const chosen = known.length > 0 ? known : topics.slice(0, 1);
  return chosen.flatMap((topic, index) => {
    const all = hostileMessages(victims.goodLines(topic));
    // What is bad is bad on any topic.
    const messages = index === 0 ? all : all.filter(({ what }) => /good|same/.test(what));
    return messages.map(({ what, data, attributes }) => {
      const body = pushBody(topic, data, attributes);
      const path = `/projects/${projectId}/topics/${topic}`;
      return { what: `${topic}: ${what}`, send: () => post(url, path, body) };
    });
  });
}

/** Requests of people: too large, without a length, compressed, signed and not. */
function callAttacks(url: string): Attack[] {
  const large = Buffer.alloc(31_000_000, "[");
  const body = Buffer.from(JSON.stringify({ for_user_id: "1", text: "x".repeat(4_900_000) }));
  const chunked = { "transfer-encoding": "chunked" };
  const gzip = { "content-encoding": "gzip" };
  const bomb = gzipSync(Buffer.alloc(500_000_000));
  const signed = signX(body, process.env.X_CONSUMER_SECRET ?? "");
  return [
    { what: "31 MB", send: () => post(url, "/", large) },
    { what: "31 MB in chunks", send: () => post(url, "/x", large, chunked) },
    { what: "a compressed bomb", send: () => post(url, "/x", bomb, gzip) },
    { what: "60 KB of brackets", send: () => post(url, "/", large.subarray(0, 60_000)) },
    { what: "5 MB without a signature", send: () => post(url, "/x", body) },
    { what: "5 MB with a wrong one", send: () => post(url, "/x", body, signX(body, "wrong")) },
    { what: "5 MB with a right one", send: () => post(url, "/x", body, signed) },
  ];
}

/** Files of every bad kind, each under a new name for each load. */
async function objectAttacks({ cloud, goodLines }: Victims, url: string): Promise<Attack[]> {
  const bucket = new Storage({ projectId }).bucket(cloud.bucket);
  const line = (length: number) => `${"x".repeat(length - 1)}\n`;
  const files: Record<string, Buffer> = {
    "junk.jsonl": Buffer.from(line(1_000).repeat(30_000)),
    "long.jsonl": Buffer.alloc(60_000_000, "x"),
    "columns.csv": Buffer.from(`${"a,".repeat(5_000_000)}\n`.repeat(4)),
    "quotes.csv": Buffer.alloc(30_000_000, '"'),
    "deep.json": Buffer.alloc(20_000_000, "["),
    "bomb.jsonl.gz": gzipSync(Buffer.alloc(400_000_000, "{}\n")),
    "good.jsonl": Buffer.from(goodLines("tweets").join("\n").repeat(8)),
  };
  const attacks: Attack[] = [];
  for (const [file, content] of Object.entries(files)) {
    const template = bucket.file(`attack/${file}`);
    await template.save(content, { resumable: false });
    const folder = file.includes("csv") ? "turnstiles" : "tweets";
    let copies = 0;
    const send = async (): Promise<Answer> => {
      copies += 1;
      const [copy] = await template.copy(bucket.file(`landing/${folder}/${copies}-${file}`));
      const generation = String(copy.metadata.generation ?? "");
      const told = objectFinalized({ bucket: bucket.name, name: copy.name, generation });
      const body = pushBody("object-finalized", Buffer.from(told.data), told.attributes);
      return post(url, `/projects/${projectId}/topics/object-finalized`, body);
    };
    attacks.push({ what: `object ${file}`, send });
  }
  return attacks;
}
