import { createDueHeap, type Due } from "../local-cloud/pubsub/create-due-heap.ts";

/** Runs everything that happens in one simulation, one step after the other, in virtual time. */
export type Scheduler = {
  /** Virtual time, ms since 1970, UTC. */
  now: () => number;
  /** Runs a step `delayMs` from now; what it promises belongs to it. Steps of the same time run in the order they were asked for. */
  after: (delayMs: number, step: () => void | Promise<void>) => void;
  /** Runs steps until none is left; false, from then on, when `maxSteps` are not enough. */
  runUntilIdle: () => Promise<boolean>;
};

/** All steps of one time, in the order they were asked for. */
type Moment = Due & { steps: (() => void | Promise<void>)[] };

/** Steps between two turns of the event loop, so that progress bars and signals are served. */
const stepsPerTurn = 20_000;

/**
 * Everything that a step sets off (promises, and what awaits them) is done before the next step
 * begins, so a run depends on nothing but the steps: the same steps give the same run.
 */
export function createScheduler(startMs: number, maxSteps: number): Scheduler {
  const heap = createDueHeap<Moment>();
  const moments = new Map<number, Moment>();
  let now = startMs;
  let steps = 0;

  return {
    now: () => now,
    after: (delayMs, step) => {
      const dueAt = now + Math.max(0, Math.floor(delayMs));
      const moment = moments.get(dueAt);
      if (moment !== undefined) {
        moment.steps.push(step);
        return;
      }
      const first = { dueAt, heapIndex: -1, steps: [step] };
      moments.set(dueAt, first);
      heap.add(first);
    },
    runUntilIdle: async () => {
      await promisesSettled();
      for (let moment = heap.first(); moment !== undefined; moment = heap.first()) {
        now = moment.dueAt;
        // Steps may add to the moment that they are part of.
        for (const step of moment.steps) {
          if (steps === maxSteps) return false;
          steps += 1;
          await step();
          await promisesSettled();
          if (steps % stepsPerTurn === 0) await turn();
        }
        heap.remove(moment);
        moments.delete(now);
      }
      return true;
    },
  };
}

/** Resolves when no promise is left to react to: ticks asked for by a promise run after them all. */
const promisesSettled = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
