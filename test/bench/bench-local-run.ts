import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import * as z from "zod";
import { findRunningCloud } from "../local-cloud/cloud-file.ts";
import { hasSharedData } from "../support/shared-data.ts";
import { watchProcessTree } from "../support/watch-process-tree.ts";
import { held, type Measurement, median, ownCpuMs, told } from "./measurement.ts";
import { findSpark, type Spark } from "./run-spark.ts";
import { type StreamTweet, streamTweets, withOwnIds } from "./stream-tweets.ts";

const root = join(import.meta.dirname, "../..");
/** How often the stream is sent, each time with ids of its own. */
const copies = { short: 2, long: 10 };

/**
 * What one more tweet costs `npm start -- --input FILE --exit`: CPU of a long run less that of a
 * short one, over the tweets between, beside the floor of parsing each line and each of its links.
 * Empty where the real stream is absent.
 */
export async function benchLocalRun(): Promise<Measurement[]> {
  if (!hasSharedData) return [];
  if ((await findRunningCloud()) !== undefined) {
    throw new Error("a local cloud is running in this folder: stop it first");
  }
  const tweets = streamTweets();
  const folder = await mkdtemp(join(tmpdir(), "hourtally-bench-"));
  try {
    const spark = await findSpark();
    const run = (times: number) => runWith(folder, tweets, times, spark);
    const floors = [await floorMs(tweets)];
    const short = await run(copies.short);
    floors.push(await floorMs(tweets));
    const long = await run(copies.long);
    floors.push(await floorMs(tweets));
    return compare(short, long, median(floors) / tweets.length);
  } finally {
    await rm(folder, { recursive: true });
  }
}

type Run = {
  tweets: number;
  seconds: number;
  cpuMs: Map<string, number>;
  /** CPU of Spark for the same file, where it is installed. */
  sparkMs: number | undefined;
};

/** `floor` is in ms a tweet. */
function compare(short: Run, long: Run, floor: number): Measurement[] {
  const tweets = long.tweets - short.tweets;
  const marginal = new Map(
    [...long.cpuMs].map(([folder, ms]) => [folder, (ms - (short.cpuMs.get(folder) ?? 0)) / tweets]),
  );
  const all = marginal.values().reduce((sum, ms) => sum + ms, 0);
  // The command itself runs in the project's folder, and so does the bundler.
  const own = marginal.get(basename(root)) ?? 0;
  const perSecond = tweets / (long.seconds - short.seconds);
  return [
    told("CPU a real tweet", floor * 1_000, "µs", { of: "floor: parse it and its links" }),
    ...[...marginal]
      // What only waits ticks, too.
      .filter(([, ms]) => ms > floor / 5)
      .toSorted(([, left], [, right]) => right - left)
      .map(([folder, ms]) =>
        told("CPU a real tweet", ms * 1_000, "µs", {
          of: folder === basename(root) ? "local cloud and producer" : folder,
        }),
      ),
    held("all processes, over the floor", all / floor),
    held("the functions together, over the floor", (all - own) / floor),
    held("real tweets counted by the clock", perSecond),
    ...compareWithSpark(short, long, { all, functions: all - own }),
  ];
}

/** Spark Structured Streaming counts the links only: no receipts, failed events, archive or normal form. */
function compareWithSpark(
  short: Run,
  long: Run,
  ours: { all: number; functions: number },
): Measurement[] {
  if (short.sparkMs === undefined || long.sparkMs === undefined) return [];
  const spark = (long.sparkMs - short.sparkMs) / (long.tweets - short.tweets);
  const speeds = {
    "Spark local[2]": spark,
    "the functions": ours.functions,
    "all of ours": ours.all,
  };
  return [
    held("the functions over Spark, tweets per second of CPU", spark / ours.functions),
    held("all processes over Spark, tweets per second of CPU", spark / ours.all),
    ...Object.entries(speeds).map(([of, ms]) =>
      told("real tweets per second of CPU", 1_000 / ms, "/s", { of }),
    ),
  ];
}

const floorRounds = 3;

/** Milliseconds of CPU for all of them. */
async function floorMs(tweets: readonly StreamTweet[]): Promise<number> {
  const rounds: number[] = [];
  for (let round = 0; round < floorRounds; round++) {
    rounds.push(await ownCpuMs(() => parseAll(tweets)));
  }
  return median(rounds);
}

function parseAll(tweets: readonly StreamTweet[]): void {
  let hosts = 0;
  for (const { line } of tweets) {
    const tweet = JSON.parse(line);
    const body = tweet.retweeted_status ?? tweet;
    for (const link of (body.extended_tweet?.entities ?? body.entities)?.urls ?? []) {
      hosts += new URL(link.expanded_url ?? link.url).host.length;
    }
  }
  if (hosts === 0) throw new Error("the floor has seen no link");
}

const summary = z.object({ tweets: z.number(), failed: z.number(), seconds: z.number() });

/** One run of the command as a user starts it, and one of Spark on the same file. */
async function runWith(
  folder: string,
  tweets: StreamTweet[],
  times: number,
  spark: Spark | undefined,
): Promise<Run> {
  const path = join(folder, "tweets.jsonl");
  await pipeline(Readable.from(linesOf(tweets, times)), createWriteStream(path));
  const child = spawn(
    process.execPath,
    ["test/demo/start.ts", "--input", path, "--exit", "--json"],
    { cwd: root, stdio: ["ignore", "pipe", "ignore"] },
  );
  const cpuMs = watchProcessTree(child.pid ?? 0);
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  const used = cpuMs();
  const sparkMs = await spark?.(path);
  await rm(path);
  if (code !== 0) throw new Error(`npm start ended with ${code}`);
  const counted = summary.parse(JSON.parse(output));
  const sent = tweets.length * times;
  if (counted.tweets !== sent || counted.failed !== 0) {
    throw new Error(`${counted.tweets} tweets of ${sent} are counted, ${counted.failed} failed`);
  }
  return { tweets: sent, seconds: counted.seconds, cpuMs: used, sparkMs };
}

function* linesOf(tweets: readonly StreamTweet[], times: number): Generator<string> {
  for (const line of withOwnIds(tweets, times)) yield `${line}\n`;
}
