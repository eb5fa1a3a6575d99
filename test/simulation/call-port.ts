import type { Random } from "../support/create-random.ts";
import type { Scheduler } from "./create-scheduler.ts";
import type { Trace } from "./create-trace.ts";
import type { See } from "./sightings.ts";
import type { Weather } from "./weather.ts";

/** Who calls: it hears no answer once it is dead. */
export type Caller = { label: string; isAlive: boolean; kill: () => void };

/**
 * Calls the outside at a suspension point: where a function waits, calls fail with or without an
 * effect, and instances die. The answer comes in virtual time.
 */
export type CallPort = <T>(
  caller: Caller,
  point: string,
  effect: () => T,
  /** A call that is rare is in danger as often as so many of the others. */
  dangers?: number,
) => Promise<T>;

export function createCallPort(world: {
  scheduler: Scheduler;
  random: Random;
  weather: Weather;
  trace: Trace;
  see: See;
}): CallPort {
  const { scheduler, random, weather, trace, see } = world;
  return <T>(caller: Caller, point: string, effect: () => T, dangers = 1) =>
    new Promise<T>((resolve, reject) => {
      const isStruck = (strike: () => boolean): boolean => {
        for (let danger = 0; danger < dangers; danger++) if (strike()) return true;
        return false;
      };
      const diesBefore = isStruck(() => weather.kills(`${point}, before`));
      const fails = !diesBefore && isStruck(() => weather.strikes("failures", point));
      const diesAfter = !fails && !diesBefore && isStruck(() => weather.kills(`${point}, after`));
      const failsLate =
        !fails && !diesAfter && isStruck(() => weather.strikes("lateFailures", point));
      let hasEffect = false;
      const die = () => {
        if (!caller.isAlive) return;
        see(`an instance died ${hasEffect ? "after" : "before"} the effect of a call`);
        caller.kill();
      };
      const answer = (tell: () => void) => {
        const tellIfAlive = () => {
          if (caller.isAlive) tell();
        };
        if (random.chance(0.7)) tellIfAlive();
        else scheduler.after(latencyMs(random), tellIfAlive);
      };
      const fail = (reason: string) => {
        see(`a call failed ${hasEffect ? "after" : "before"} its effect`);
        answer(() => reject(new Error(`${point}: ${reason}`)));
      };
      const calledMs = scheduler.now();
      scheduler.after(latencyMs(random), () => {
        // What a dead instance had already sent may still arrive.
        if (!caller.isAlive && random.chance(0.5)) return;
        if (diesBefore) return die();
        if (fails) return fail("unavailable");
        if (!caller.isAlive) see("a call arrived after its instance had died");
        if (scheduler.now() - calledMs >= slowMs) see("a call took seconds");
        trace.add(`${scheduler.now()} ${point} by ${caller.label}`);
        let result: T;
        try {
          result = effect();
          hasEffect = true;
        } catch (error) {
          return answer(() => reject(error));
        }
        if (diesAfter) return die();
        if (failsLate) return fail("deadline exceeded");
        return answer(() => resolve(result));
      });
    });
}

const slowMs = 1_000;

/** Mostly a few ms; now and then so long that everything else overtakes it. */
const latencyMs = (random: Random): number =>
  random.chance(0.05) ? random.below(20_000) : 1 + random.below(10);
