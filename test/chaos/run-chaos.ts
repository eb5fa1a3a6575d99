import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { BigQuery } from "@google-cloud/bigquery";
import { type Cloud, startCloud } from "../local-cloud/start-cloud.ts";
import { createRandom } from "../support/create-random.ts";
import { createNetwork, type NetworkFaults } from "./create-network.ts";
import { type Counted, holds, judgeCounts, type Verdict } from "./judge-counts.ts";
import { createKiller } from "./kill-functions.ts";
import { queryCounts, queryRepeated } from "./query-counts.ts";
import { raiseStorm } from "./raise-storm.ts";
import { makeUpSecret } from "./send-events.ts";
import { watchReceived } from "./watch-received.ts";

export type ChaosOptions = {
  events: number;
  kills: number;
  seed: number;
  network: NetworkFaults;
  /** Longest time from the sending of a portion to the kill in it, ms. */
  maxPauseMs: number;
};

/** How far a run is. */
export type ChaosProgress = { received: number; kills: number; resets: number; stalls: number };

export type ChaosReport = {
  holds: boolean;
  seed: number;
  events: number;
  /** SIGKILLs, by function. */
  kills: Record<string, number>;
  /** Times that a function ended without having been killed. */
  crashes: number;
  resets: number;
  stalls: number;
  /** Ways with a breaking network between their ends. */
  ways: number;
  /** Rows that were written again, and absorbed: identities count, not rows. */
  repeated: { receipts: number; mentions: number };
  received: number;
  tweets: number;
  duplicates: number;
  deletes: number;
  ignored: number;
  mentions: number;
  /** Pairs of hour and link with a count. */
  cells: number;
  verdict: Verdict;
  seconds: number;
  /** Where the functions' log lines are, when it does not hold. */
  logDirectory?: string;
};

/** Functions on the way of a tweet, whichever way it came in. */
const tweetWay = [
  "receive-webhook",
  "load-object",
  "normalize-tweets",
  "normalize-urls",
  "bucket-hours",
  "append-rows",
];
const projectId = "chaos";
const dataset = "hourtally";
const pollMs = 100;
/** Nothing acknowledged for so long is stuck, not slow: the longest backoff is ten minutes. */
const patienceMs = 660_000;

/**
 * Sends generated events through a whole local cloud whose functions are killed and whose network
 * breaks, and compares what the warehouse counts with the oracle. The seed decides the events, their
 * way in, the victims, and each way's schedule of faults; what they interrupt is up to the machine.
 * Undefined when `signal` has ended it.
 */
export async function runChaos(
  options: ChaosOptions,
  { signal, onProgress }: { signal: AbortSignal; onProgress?: (progress: ChaosProgress) => void },
): Promise<ChaosReport | undefined> {
  const startedAt = performance.now();
  const logDirectory = await mkdtemp(join(tmpdir(), "hourtally-chaos-"));
  const network = createNetwork(options.seed, options.network);
  const secret = makeUpSecret();
  const cleanUp: (() => Promise<unknown>)[] = [() => network.stop()];
  let isLogKept = false;
  try {
    process.env.STANDARD_WEBHOOK_SECRET = secret;
    const cloud = await startCloud({
      projectId,
      dataset,
      ports: { pubsub: 0, bigquery: 0, bigqueryWrite: 0, storage: 0 },
      database: ":memory:",
      logDirectory,
      onFailure: (error) => process.stderr.write(`${error.message}\n`),
      route: (hop) => (isOnTweetWay(hop) ? network.route(hop) : Promise.resolve(hop.address)),
    });
    cleanUp.push(() => cloud.stop());
    const bigQuery = new BigQuery({ projectId });
    const functions = cloud.functions.filter(({ name }) => tweetWay.includes(name));
    const killer = createKiller(functions, createRandom(options.seed + 1));
    const watching = watchReceived(bigQuery, dataset, (received) => {
      const { resets, stalls } = network.struck();
      onProgress?.({ received, kills: sum(killer.kills()), resets, stalls });
    });
    cleanUp.push(watching.stop);
    const expected = await raiseStorm(cloud, { options, network, killer, secret, signal });
    await untilQuiet(cloud, signal);
    if (signal.aborted) return undefined;
    await watching.stop();
    const counted = await queryCounts(bigQuery, dataset);
    const verdict = judgeCounts(expected, counted);
    const restarts = functions.map(({ restarts }) => restarts());
    const crashes = restarts.reduce((a, b) => a + b, 0) - sum(killer.kills());
    const isRight = holds(verdict) && crashes === 0;
    isLogKept = !isRight;
    return {
      holds: isRight,
      seed: options.seed,
      events: options.events,
      kills: killer.kills(),
      crashes,
      ...network.struck(),
      repeated: await queryRepeated(bigQuery, dataset),
      ...totalsOf(counted),
      verdict,
      seconds: Number(((performance.now() - startedAt) / 1_000).toFixed(1)),
      ...(isLogKept && { logDirectory }),
    };
  } catch (cause) {
    if (signal.aborted) return undefined;
    isLogKept = true;
    throw new Error(`the run failed (logs in ${logDirectory})`, { cause });
  } finally {
    delete process.env.STANDARD_WEBHOOK_SECRET;
    for (const step of cleanUp.toReversed()) await step();
    if (!isLogKept) await rm(logDirectory, { recursive: true });
  }
}

const isOnTweetWay = ({ from, to }: { from: string; to: string }): boolean =>
  tweetWay.includes(from) || (from === "push" && tweetWay.includes(to));

/** @throws {Error} when messages remain and nothing moves. */
async function untilQuiet(cloud: Cloud, signal: AbortSignal): Promise<void> {
  let last = -1;
  let lastChange = Date.now();
  while (!signal.aborted) {
    const messages = cloud.backlog()?.messages ?? 0;
    if (messages === 0) return;
    if (messages !== last) lastChange = Date.now();
    last = messages;
    if (Date.now() - lastChange > patienceMs) {
      throw new Error(`${messages} messages remain, and nothing moves: see the functions' logs`);
    }
    await delay(pollMs);
  }
}

function totalsOf({ hours, received, tweets, duplicates, deletes, ignored }: Counted) {
  const mentions = hours.reduce(
    (total, line) => total + Number(/"mentions":(\d+)/.exec(line)?.[1]),
    0,
  );
  return { received, tweets, duplicates, deletes, ignored, mentions, cells: hours.length };
}

const sum = (counts: Record<string, number>): number =>
  Object.values(counts).reduce((a, b) => a + b, 0);
