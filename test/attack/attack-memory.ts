import { gzipSync } from "node:zlib";
import { Storage } from "@google-cloud/storage";
import * as z from "zod";
import { type FunctionManifest, triggersOf } from "../../shared/manifest/function-manifest.ts";
import { wholeFolders } from "../../shared/objects/landing-folders.ts";
import { objectFinalized } from "../support/deliveries.ts";
import { peakResidentBytes } from "../support/process-usage.ts";
import { signX } from "../support/sign-webhooks.ts";
import { hostileFiles } from "./hostile-files.ts";
import { type HostileMessage, hostileMessages } from "./hostile-messages.ts";
import { type Answer, get, post, pushBody } from "./send.ts";
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
  /** Answered otherwise, or not at all, by which input, and how often: what no message may reach. */
  failed: Record<string, number>;
  restarts: number;
  /** Kinds of input that there was no time left for. */
  unsent: number;
  /** The input whose answer came when the peak was first seen. */
  worst: string;
  holds: boolean;
};

/** One kind of request, again and again. */
type Attack = { what: string; send: () => Promise<Answer> };

const rewritten = z.object({ resource: z.object({ generation: z.string() }) });

/** Of the memory that a function has. */
const mostShare = 0.8;
/** Of the time that was asked for, until each kind was sent. */
const mostTimes = 3;
/** Of one function: all topics are read in the same way. */
const mostTopics = 3;
const mebibyte = 1024 ** 2;

/**
 * Sends a function its worst inputs at its full concurrency, one kind after the other, for `seconds`
 * together, and tells how much memory it took. A kind whose turn has passed while all waited comes then.
 * `kinds` are those that are sent; all, when absent. `progress` is told each kind that is sent.
 */
export async function attackMemory(
  victims: Victims,
  manifest: FunctionManifest,
  {
    seconds,
    kinds = /./,
    progress = () => {},
  }: { seconds: number; kinds?: RegExp; progress?: (what: string) => void },
): Promise<MemoryReport> {
  const { cloud } = victims;
  const { name, concurrency, memory } = manifest;
  const url = await wake(cloud, name);
  const attacks = (await attacksOn(victims, manifest, url)).filter(({ what }) => kinds.test(what));
  const running = cloud.functions.find((one) => one.name === name);
  const next = takeTurns(attacks, seconds * 1_000);
  const failed: Record<string, number> = {};
  const count = { answered: 0, deferred: 0 };
  let peakBytes = 0;
  let worst = "none";
  const worker = async () => {
    for (let attack = next.attack(); attack !== undefined; attack = next.attack()) {
      progress(attack.what);
      const answer = await attack.send();
      if (answer === 429) count.deferred += 1;
      else if (isAnswer(answer, manifest)) count.answered += 1;
      else countUp(failed, `${answer} for ${attack.what}`);
      const pid = running?.pid();
      const peak = pid === undefined ? 0 : peakResidentBytes(pid);
      if (peak > peakBytes) {
        peakBytes = peak;
        worst = attack.what;
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const memoryBytes = parseMemory(memory);
  const restarts = running?.restarts() ?? 0;
  const unsent = next.unsent();
  const isWhole = unsent === 0 && Object.keys(failed).length === 0 && restarts === 0;
  const holds = isWhole && peakBytes <= mostShare * memoryBytes;
  return { name, peakBytes, memoryBytes, ...count, failed, restarts, unsent, worst, holds };
}

function countUp(counts: Record<string, number>, what: string): void {
  counts[what] = (counts[what] ?? 0) + 1;
}

/** Which attack is next: each has its share of the time, and what nobody came to send follows. */
function takeTurns(attacks: readonly Attack[], ms: number) {
  const startedAt = Date.now();
  const left = new Set(attacks);
  const choose = (): Attack | undefined => {
    const elapsed = Date.now() - startedAt;
    if (elapsed < ms) return attacks[Math.floor((elapsed * attacks.length) / ms)];
    return elapsed < ms * mostTimes ? left.values().next().value : undefined;
  };
  return {
    attack: (): Attack | undefined => {
      const chosen = choose();
      if (chosen !== undefined) left.delete(chosen);
      return chosen;
    },
    unsent: () => left.size,
  };
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
  if (topics.length === 0) return callAttacks(victims, manifest.name, url);
  if (topics.includes("object-finalized")) {
    return [
      ...(await objectAttacks(victims, manifest.name, url)),
      ...messageAttacks(victims, topics, url),
    ];
  }
  return messageAttacks(victims, topics, url);
}

/** Every kind of message on one of the topics, and good lines of a few: those with the longest. */
function messageAttacks(victims: Victims, topics: readonly string[], url: string): Attack[] {
  const lengthOf = (topic: string) => victims.goodLines(topic)[0]?.length ?? 0;
  const chosen = topics.toSorted((a, b) => lengthOf(b) - lengthOf(a)).slice(0, mostTopics);
  return chosen.flatMap((topic, index) => {
    const all = hostileMessages(victims.goodLines(topic));
    // What is bad is bad on any topic.
    const messages = index === 0 ? all : all.filter(({ what }) => /good|same/.test(what));
    return messages.map((message) => messageAttack(message, topic, url));
  });
}

function messageAttack({ what, data, attributes }: HostileMessage, topic: string, url: string) {
  const path = `/projects/${projectId}/topics/${topic}`;
  const body = pushBody(topic, data, attributes);
  return { what: `${topic}: ${what}`, send: () => post(url, path, body) };
}

/** Requests of people: too large, without a length, compressed, signed and not, and what they are for. */
async function callAttacks(victims: Victims, name: string, url: string): Promise<Attack[]> {
  const large = Buffer.alloc(31_000_000, "[");
  const body = Buffer.from(JSON.stringify({ for_user_id: "1", text: "x".repeat(4_900_000) }));
  const chunked = { "transfer-encoding": "chunked" };
  const gzip = { "content-encoding": "gzip" };
  const bomb = gzipSync(Buffer.alloc(500_000_000));
  const signed = signX(body, process.env.X_CONSUMER_SECRET ?? "");
  const asked = name === "redrive-failures" ? await prepareRedrive(victims) : {};
  const call = Buffer.from(JSON.stringify(asked));
  return [
    { what: "31 MB", send: () => post(url, "/", large) },
    { what: "31 MB in chunks", send: () => post(url, "/x", large, chunked) },
    { what: "a compressed bomb", send: () => post(url, "/x", bomb, gzip) },
    { what: "60 KB of brackets", send: () => post(url, "/", large.subarray(0, 60_000)) },
    { what: "5 MB without a signature", send: () => post(url, "/x", body) },
    { what: "5 MB with a wrong one", send: () => post(url, "/x", body, signX(body, "wrong")) },
    { what: "5 MB with a right one", send: () => post(url, "/x", body, signed) },
    { what: "what it is for", send: () => post(url, "/", call) },
    { what: "the page", send: () => get(url, "/") },
    { what: "an answer of the API", send: () => get(url, "/api/v1/openapi.json") },
  ];
}

/** Has append-rows keep what is large and no row, and asks for all of it. */
async function prepareRedrive(victims: Victims): Promise<object> {
  const append = await wake(victims.cloud, "append-rows");
  const large = hostileMessages([]).filter(({ what }) => /no JSON|one long/.test(what));
  for (const message of large) await messageAttack(message, "append-posts", append).send();
  return { stage: "append-rows", since: "2020-01-01T00:00:00Z", requestedBy: "attack" };
}

/** Files of every bad kind for this function, each under a new name for each time. */
async function objectAttacks(
  { cloud, goodLines }: Victims,
  name: string,
  url: string,
): Promise<Attack[]> {
  const bucket = new Storage({ projectId }).bucket(cloud.bucket);
  const folders: Record<string, string> = { "cluster-colors": "images", "count-words": "texts" };
  const isTaken = (folder: string) =>
    folders[name] === undefined
      ? !wholeFolders.some((whole) => whole === folder)
      : folder === folders[name];
  const attacks: Attack[] = [];
  for (const { folder, name: file, content } of await hostileFiles(isTaken, goodLines("tweets"))) {
    const template = bucket.file(`attack/${folder}/${file}`);
    await template.save(content, { resumable: false });
    let copies = 0;
    const send = async (): Promise<Answer> => {
      copies += 1;
      const object = `landing/${folder}/${copies}-${file}`;
      const [, answer] = await template.copy(bucket.file(object));
      const { generation } = rewritten.parse(answer).resource;
      const told = objectFinalized({ bucket: bucket.name, name: object, generation });
      const body = pushBody("object-finalized", Buffer.from(told.data), told.attributes);
      return post(url, `/projects/${projectId}/topics/object-finalized`, body);
    };
    attacks.push({ what: `${folder}/${file}`, send });
  }
  return attacks;
}
