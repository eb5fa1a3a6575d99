import type { ObjectStore } from "../../functions/load-object/object-store.ts";
import type { Random } from "../support/create-random.ts";
import type { Fleet } from "./create-fleet.ts";
import type { Message, Queue } from "./create-queue.ts";
import type { Scheduler } from "./create-scheduler.ts";
import type { Trace } from "./create-trace.ts";
import { createLoadObject, type LoadPorts, type Twists } from "./functions-under-test.ts";
import type { LandedObject } from "./invent-objects.ts";
import type { See, Sighting } from "./sightings.ts";
import type { Weather } from "./weather.ts";

/** Loads are few: each of their calls is in danger as often as so many of the others. */
const dangers = 6;

const nothing = Promise.resolve(undefined);

/** What a load has published. */
export type Sent = { topic: string; data: Buffer; attributes: Record<string, string> };
type Ending = { outcome: "acknowledged" | "failed" | "gone"; error?: unknown; sent: Sent[] };

/** What becomes of one kind of call: of the first, or of one that comes later. */
type Fate = { at: number; is: "works" | "fails" | "fails late" | "dies before" | "dies after" };
type Call = "read" | "publish" | "write report";

/**
 * The instances of load-object, on a simulated bucket. Inflating takes real time, in threads of its
 * own, so a whole load is one step of the simulation: calls fail by their number, never by time.
 */
export function createLoader(world: {
  objects: readonly LandedObject[];
  scheduler: Scheduler;
  random: Random;
  weather: Weather;
  trace: Trace;
  queue: Pick<Queue, "settle">;
  twists: Twists;
  /** Takes what the function has published. */
  accept: (sent: Sent) => void;
  see: See;
  /** Tells why a delivery failed. */
  onError: (error: unknown) => void;
}): Fleet {
  const { scheduler, random, weather, trace, queue, accept, see } = world;
  const reports = new Set<string>();
  const createdAt = new Date(scheduler.now()).toISOString();
  const objectAt = (bucket: string, name: string) =>
    world.objects.find((one) => one.bucket === bucket && one.name === name);
  let started = 0;

  const strikes = (kind: "failures" | "lateFailures", point: string): boolean =>
    Array.from({ length: dangers }, () => kind).some(() => weather.strikes(kind, point));

  const drawFate = (call: Call, mostCalls: number): Fate => {
    const at = random.below(mostCalls);
    const point = `load-object.${call}`;
    if (weather.kills(`${point}, before`)) return { at, is: "dies before" };
    if (call === "read" ? weather.strikes("breakOffs", point) : strikes("failures", point))
      return { at, is: "fails" };
    if (call === "read") return { at, is: "works" };
    if (weather.kills(`${point}, after`)) return { at, is: "dies after" };
    return { at, is: strikes("lateFailures", point) ? "fails late" : "works" };
  };

  /** One load by an instance of its own; only the `stormy` one of two meets faults. */
  const load = async (message: Message, isStormy: boolean): Promise<Ending> => {
    started += 1;
    const sent: Sent[] = [];
    const calls = new Map<Call, { fate: Fate; count: number }>();
    let isAlive = true;

    const fateOf = (call: Call, mostCalls: number): Fate["is"] => {
      if (!isAlive) return "dies before";
      const known = calls.get(call) ?? {
        fate: isStormy ? drawFate(call, mostCalls) : { at: 0, is: "works" as const },
        count: 0,
      };
      calls.set(call, { ...known, count: known.count + 1 });
      return known.fate.at === known.count ? known.fate.is : "works";
    };
    const die = (seen: Sighting): void => {
      if (isAlive) see(seen);
      isAlive = false;
    };
    const failAt = (call: Call): never => {
      throw new Error(`load-object.${call}: unavailable`);
    };
    const effect = async (call: Call, mostCalls: number, act: () => void): Promise<void> => {
      const fate = fateOf(call, mostCalls);
      if (fate === "dies before") die("an instance died before the effect of a call");
      if (fate === "fails") see("a call failed before its effect");
      if (fate === "dies before" || fate === "fails") failAt(call);
      act();
      if (fate === "dies after") die("an instance died after the effect of a call");
      if (fate === "fails late") see("a call failed after its effect");
      if (fate !== "works") failAt(call);
    };

    const store: ObjectStore = {
      find: async ({ bucket, name, generation }) => {
        const found = objectAt(bucket, name);
        if (found?.generation !== generation) return undefined;
        return { bucket, name, generation, size: found.content.length, createdAt };
      },
      read: async function* read({ bucket, name }, most) {
        const bytes = objectAt(bucket, name)?.content.subarray(0, most) ?? failAt("read");
        // The first call reads the head, and one more the content, at least.
        const fate = fateOf("read", 2);
        if (fate === "works") {
          yield bytes;
          return;
        }
        if (fate === "dies before") die("an instance died before the effect of a call");
        else {
          see("a reading of a file broke off");
          yield bytes.subarray(0, Math.ceil(bytes.length / 2));
        }
        failAt("read");
      },
      exists: async (bucket, name) => reports.has(`${bucket}/${name}`),
      writeOnce: (bucket, name) =>
        effect("write report", 1, () => reports.add(`${bucket}/${name}`)),
    };
    const ports: LoadPorts = {
      store,
      publish: (topic, data, attributes) =>
        effect("publish", 1, () => sent.push({ topic, data, attributes })),
      now: scheduler.now,
    };
    try {
      await createLoadObject(ports, world.twists)(message.cloudEvent);
      if (!isStormy) return { outcome: "acknowledged", sent };
      if (isAlive && weather.kills("load-object.acknowledge, before")) {
        die("an instance died before its acknowledgement");
      }
      return { outcome: isAlive ? "acknowledged" : "gone", sent };
    } catch (error) {
      return { outcome: isAlive ? "failed" : "gone", error, sent };
    }
  };

  return {
    deliver: async (message) => {
      trace.add(`${scheduler.now()} deliver ${message.id} to load-object/${started + 1}`);
      const isTwice = weather.strikes("duplicates", `${message.id}, at once`);
      const loads = [load(message, true), isTwice ? load(message, false) : nothing] as const;
      const [ending, other] = await Promise.all(loads);
      if (other !== undefined) see("two live instances had one message in hand");
      const isFailed = ending.sent.some(({ topic }) => topic === "failed-events");
      if (ending.sent.length > 0) see(isFailed ? "a file was refused" : "a file was loaded");
      for (const one of [...ending.sent, ...(other?.sent ?? [])]) accept(one);
      if (ending.outcome === "gone") {
        const seenAfterMs = random.chance(0.5) ? 0 : 60_000;
        scheduler.after(seenAfterMs, () => queue.settle(message, "gone"));
      } else if (ending.outcome === "failed") {
        world.onError(ending.error);
        queue.settle(message, "failed");
      } else if (weather.strikes("lostAcknowledgements", `${message.id} of ${message.topic}`)) {
        queue.settle(message, "lost");
      } else queue.settle(message, "acknowledged");
    },
  };
}
