import { setTimeout as delay } from "node:timers/promises";
import { PubSub } from "@google-cloud/pubsub";
import { Storage } from "@google-cloud/storage";
import type { Cloud } from "../local-cloud/start-cloud.ts";
import { type GeneratedEvent, generateTweets } from "../producer/generate-tweets.ts";
import { createRandom } from "../support/create-random.ts";
import type { Network } from "./create-network.ts";
import { createOracle, type Expected } from "./create-oracle.ts";
import type { Killer } from "./kill-functions.ts";
import type { ChaosOptions } from "./run-chaos.ts";
import { createSender } from "./send-events.ts";

/** A constant, so that a seed stands for the same events on any day. */
const endingAt = new Date("2026-01-02T03:04:05Z");
/** More is not sent while so many messages wait, so that the storm lasts as long as the work does. */
const maxWaiting = 20;
const maxWaitMs = 4_000;
const pollMs = 100;
const maxIdleMs = 500;
const busyPollMs = 2;

/** Sends everything, a kill after each portion, while the network breaks; then lets it heal. */
export async function raiseStorm(
  cloud: Cloud,
  run: {
    options: ChaosOptions;
    network: Network;
    killer: Killer;
    secret: string;
    signal: AbortSignal;
  },
): Promise<Expected> {
  const { options, network, killer, secret, signal } = run;
  const { events: count, kills, seed, maxPauseMs } = options;
  const random = createRandom(seed + 2);
  const pubSub = new PubSub({ projectId: cloud.projectId });
  const receiver = cloud.functions.find(({ name }) => name === "receive-webhook");
  const sender = createSender({
    random,
    pubSub,
    bucket: new Storage({ projectId: cloud.projectId }).bucket(cloud.bucket),
    webhook: {
      url: await network.route({
        from: "sender",
        to: "receive-webhook",
        address: receiver?.url ?? "",
      }),
      secret,
    },
    signal,
  });
  const oracle = createOracle();
  const events = generateTweets({ count, seed, endingAt });
  let sent = 0;
  network.storm();
  try {
    for (let kill = 0; kill <= kills && !signal.aborted; kill += 1) {
      const portion = Math.floor((count * (kill + 1)) / (kills + 1)) - sent;
      const lines = nextLines(events, portion);
      sent += portion;
      oracle.add(lines);
      const sending = sender.send(lines);
      // Told where it is awaited, if the kill does not fail first.
      sending.catch(() => undefined);
      if (kill < kills) {
        await delay(random.below(maxPauseMs));
        await untilBusy(cloud, signal);
        await killer.killOne();
      }
      await sending;
      await untilCaughtUp(cloud, signal);
    }
    await sender.settle();
  } finally {
    network.calm();
    await pubSub.close();
  }
  return oracle.expected();
}

/** `take` would close the generator. */
function nextLines(events: Generator<GeneratedEvent>, count: number): string[] {
  const lines: string[] = [];
  while (lines.length < count) {
    const next = events.next();
    if (next.done) break;
    lines.push(next.value.json);
  }
  return lines;
}

/** Waits for work that a kill can interrupt. */
async function untilBusy(cloud: Cloud, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + maxIdleMs;
  while (Date.now() < deadline && !signal.aborted) {
    if ((cloud.backlog()?.messages ?? 0) > 0) return;
    await delay(busyPollMs);
  }
}

/** Waits for functions that have fallen behind, but not for long: a storm waits for nobody. */
async function untilCaughtUp(cloud: Cloud, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + maxWaitMs;
  while (Date.now() < deadline && !signal.aborted) {
    if ((cloud.backlog()?.messages ?? 0) < maxWaiting) return;
    await delay(pollMs);
  }
}
