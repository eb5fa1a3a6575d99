import { createHash } from "node:crypto";
import type { Hop } from "../local-cloud/start-cloud.ts";
import { createRandom, type Random } from "../support/create-random.ts";
import { type Fault, type FaultyProxy, startProxy, type Way } from "./start-proxy.ts";

export type NetworkFaults = {
  /** Mean time between two faults on one way, ms. */
  everyMs: number;
  /** Longest ordinary stall, ms. */
  maxStallMs: number;
  /** Share of stalls that outlast every time-out of a function. */
  longStalls: number;
};

/** A network that breaks: a proxy on every way that is routed through it. */
export type Network = {
  route: (hop: Hop) => Promise<string>;
  /** Lets the faults begin. */
  storm: () => void;
  /** Ends the faults; what is stalled goes on. */
  calm: () => void;
  /** Faults that have struck, by way. */
  struck: () => { resets: number; stalls: number; ways: number };
  stop: () => Promise<void>;
};

const minStallMs = 10;
/** Publishing gives up after 30 s, appending after 25 s; messages come again after 60 s. */
const longStallMs = [26_000, 34_000] as const;
const ways: readonly Way[] = ["there", "back"];

/**
 * Creates a network whose every way has a schedule of its own, drawn from the seed and the names of
 * its ends: when a fault is due, which, and in which direction. It strikes the
 * next bytes that pass; where none pass, it is forgotten.
 */
export function createNetwork(seed: number, faults: NetworkFaults): Network {
  const proxies: { proxy: FaultyProxy; random: Random }[] = [];
  const timers = new Map<FaultyProxy, NodeJS.Timeout>();
  const struck = { resets: 0, stalls: 0 };

  const armNext = (proxy: FaultyProxy, random: Random) => {
    const dueMs = -Math.log(1 - random.fraction()) * faults.everyMs;
    const fault = drawFault(random, faults);
    const timer = setTimeout(() => {
      proxy.arm(fault);
      armNext(proxy, random);
    }, dueMs);
    timers.set(proxy, timer.unref());
  };
  const calm = () => {
    for (const timer of timers.values()) clearTimeout(timer);
    timers.clear();
    for (const { proxy } of proxies) proxy.disarm();
  };
  return {
    route: async ({ from, to, address }) => {
      const port = /\d+$/.exec(address)?.[0];
      if (port === undefined) throw new TypeError(`${address} names no port`);
      const proxy = await startProxy(Number(port), ({ kind }) => {
        struck[kind === "reset" ? "resets" : "stalls"] += 1;
      });
      proxies.push({ proxy, random: createRandom(seedOf(`${seed} ${from} ${to}`)) });
      return address.slice(0, -port.length) + String(proxy.port);
    },
    storm: () => {
      for (const { proxy, random } of proxies) armNext(proxy, random);
    },
    calm,
    struck: () => ({ ...struck, ways: proxies.length }),
    stop: async () => {
      calm();
      await Promise.all(proxies.map(({ proxy }) => proxy.stop()));
    },
  };
}

function drawFault(random: Random, { maxStallMs, longStalls }: NetworkFaults): Fault {
  const way = random.pick(ways);
  if (random.chance(0.5)) {
    // Half of them between messages rather than within one.
    const passed = random.chance(0.5) ? random.fraction() : random.below(2);
    return { kind: "reset", way, passed };
  }
  const [shortest, longest] = random.chance(longStalls) ? longStallMs : [minStallMs, maxStallMs];
  // Short ones are more common: an even spread of the logarithm.
  return { kind: "stall", way, ms: shortest * (longest / shortest) ** random.fraction() };
}

function seedOf(name: string): number {
  return createHash("sha256").update(name).digest().readUIntBE(0, 6);
}
