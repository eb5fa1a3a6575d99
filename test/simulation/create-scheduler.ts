/** Runs everything that happens in one simulation, one step after the other, in virtual time. */
export type Scheduler = {
  /** Virtual time, ms since 1970, UTC. */
  now: () => number;
  /** Runs a step `delayMs` from now; what it promises belongs to it. Steps of the same time run in the order they were asked for. */
  after: (delayMs: number, step: () => void | Promise<void>) => void;
  /** Runs steps until none is left; false when `maxSteps` were not enough. */
  runUntilIdle: (maxSteps: number) => Promise<boolean>;
  steps: () => number;
};

type Planned = { at: number; order: number; step: () => void | Promise<void> };

/** Steps between two turns of the event loop, so that progress bars and signals are served. */
const stepsPerTurn = 20_000;

/**
 * Everything that a step sets off (promises, and what awaits them) is done before the next step
 * begins, so a run depends on nothing but the steps: the same steps give the same run.
 */
export function createScheduler(startMs: number): Scheduler {
  const heap: Planned[] = [];
  let now = startMs;
  let order = 0;
  let steps = 0;

  return {
    now: () => now,
    steps: () => steps,
    after: (delayMs, step) => {
      order += 1;
      push(heap, { at: now + Math.max(0, Math.floor(delayMs)), order, step });
    },
    runUntilIdle: async (maxSteps) => {
      const last = steps + maxSteps;
      await promisesSettled();
      for (let next = pop(heap); next !== undefined; next = pop(heap)) {
        if (steps >= last) return false;
        steps += 1;
        now = next.at;
        await next.step();
        await promisesSettled();
        if (steps % stepsPerTurn === 0) await turn();
      }
      return true;
    },
  };
}

/** Resolves when no promise is left to react to: ticks asked for by a promise run after them all. */
const promisesSettled = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const isBefore = (a: Planned, b: Planned): boolean =>
  a.at < b.at || (a.at === b.at && a.order < b.order);

function push(heap: Planned[], planned: Planned): void {
  let index = heap.push(planned) - 1;
  while (index > 0) {
    const parentIndex = (index - 1) >> 1;
    const parent = heap[parentIndex];
    if (parent === undefined || !isBefore(planned, parent)) break;
    heap[index] = parent;
    heap[parentIndex] = planned;
    index = parentIndex;
  }
}

function pop(heap: Planned[]): Planned | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let index = 0;
  for (;;) {
    const left = heap[2 * index + 1];
    const right = heap[2 * index + 2];
    if (left === undefined) break;
    const isRight = right !== undefined && isBefore(right, left);
    const child = isRight ? right : left;
    if (!isBefore(child, last)) break;
    heap[index] = child;
    index = 2 * index + (isRight ? 2 : 1);
  }
  heap[index] = last;
  return first;
}
