import type { Random } from "../support/create-random.ts";
import { plainAttributes, plainData } from "../support/plain-data.ts";
import type { Caller, CallPort } from "./call-port.ts";
import type { Message, Queue } from "./create-queue.ts";
import type { Scheduler } from "./create-scheduler.ts";
import type { Trace } from "./create-trace.ts";
import type { Warehouse } from "./create-warehouse.ts";
import { smallLimits } from "./draw-storm.ts";
import {
  createFunction,
  type FunctionName,
  type Handle,
  type Platform,
  type Twists,
} from "./functions-under-test.ts";
import type { See } from "./sightings.ts";
import type { Weather } from "./weather.ts";

/** The live instances of one function. */
export type Fleet = { deliver: (message: Message) => void | Promise<void> };

type Instance = Caller & {
  handle: Handle;
  /** What it has in hand and has not answered. */
  inHand: Message[];
};

export function createFleet(settings: {
  name: Exclude<FunctionName, "load-object">;
  size: number;
  scheduler: Scheduler;
  random: Random;
  weather: Weather;
  trace: Trace;
  callPort: CallPort;
  queue: Pick<Queue, "accept" | "settle">;
  warehouse: Warehouse;
  twists: Twists;
  /**
   * Tells that rows are on their way to a table: they have their time, and are not there yet. Answers
   * how many ms more than usual they take.
   */
  onAppend: (table: string) => number;
  see: See;
  /** Tells why a delivery failed. */
  onError: (error: unknown) => void;
}): Fleet {
  const { name, scheduler, random, weather, trace, callPort, queue, warehouse, twists, see } =
    settings;
  let started = 0;

  const start = (): Instance => {
    started += 1;
    const label = `${name}/${started}`;
    const instance: Instance = {
      label,
      isAlive: true,
      kill: () => kill(instance),
      handle: async () => {},
      inHand: [],
    };
    instance.handle = createFunction(name, platformOf(instance, started), twists);
    return instance;
  };

  /** It takes everything with it: its timers, its batches and the answers it waits for. */
  const kill = (instance: Instance) => {
    trace.add(`${scheduler.now()} dies ${instance.label}`);
    instance.isAlive = false;
    instances[instances.indexOf(instance)] = start();
    for (const message of instance.inHand) {
      // A connection that breaks is seen at once, one that hangs at the deadline.
      const seenAfterMs = random.chance(0.5) ? 0 : 60_000;
      scheduler.after(seenAfterMs, () => queue.settle(message, "gone"));
    }
  };

  const platformOf = (instance: Instance, number: number): Platform => {
    const isNextRelease = weather.storm.mixedVersions && number % 2 === 0;
    return {
      ...(weather.storm.smallLimits && { limits: smallLimits }),
      now: scheduler.now,
      schedule: (run, ms) =>
        scheduler.after(ms, () => {
          if (instance.isAlive) run();
        }),
      publish: (topic, data, attributes) => {
        const isChanged = isNextRelease && ["url-mentions", "append-unlinked"].includes(topic);
        return callPort(instance, `${name}.publish ${topic}`, () => {
          if (!isChanged) return queue.accept(topic, data, attributes);
          const plain = plainData(data, attributes);
          const changed = ofNextRelease(plain);
          if (!changed.equals(plain)) see("the next release published");
          return queue.accept(topic, changed, plainAttributes(attributes));
        });
      },
      append: (table, rows) => {
        const landedAt = scheduler.now();
        const delayMs = settings.onAppend(table.name);
        const append = () => warehouse.append(table.name, rows, landedAt);
        const call = () => callPort(instance, `${name}.append ${table.name}`, append);
        if (delayMs === 0) return call();
        return new Promise((resolve) => scheduler.after(delayMs, () => resolve(call())));
      },
    };
  };

  const instances = Array.from({ length: settings.size }, start);

  const finish = (instance: Instance, message: Message, error: unknown) => {
    if (!instance.isAlive) return;
    if (error === undefined && weather.kills(`${name}.acknowledge, before`)) {
      see("an instance died before its acknowledgement");
      kill(instance);
      return;
    }
    instance.inHand.splice(instance.inHand.indexOf(message), 1);
    if (error !== undefined) {
      settings.onError(error);
      queue.settle(message, "failed");
    } else if (weather.strikes("lostAcknowledgements", `${message.id} of ${message.topic}`)) {
      queue.settle(message, "lost");
    } else queue.settle(message, "acknowledged");
  };

  return {
    deliver: (message) => {
      // Two instances on one message at the same time are worse than one after the other.
      const free = instances.filter(({ inHand }) => !inHand.includes(message));
      const instance = random.pick(free.length === 0 ? instances : free);
      if (instances.some((one) => one !== instance && one.inHand.includes(message))) {
        see("two live instances had one message in hand");
      }
      trace.add(`${scheduler.now()} deliver ${message.id} to ${instance.label}`);
      instance.inHand.push(message);
      instance.handle(message.cloudEvent).then(
        () => finish(instance, message, undefined),
        (error: unknown) => finish(instance, message, error ?? new Error("thrown")),
      );
    },
  };
}

/** A release that changes a rule, but no key of these links: only the version is another one. */
const ofNextRelease = (data: Buffer): Buffer =>
  Buffer.from(data.toString().replaceAll('"revision":"02.', '"revision":"03.'));
