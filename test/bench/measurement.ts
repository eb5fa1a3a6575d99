/** One figure of a benchmark, with the bound that it is held to. Ratios are of one and the same run. */
export type Measurement = {
  name: string;
  value: number;
  unit: string;
  /** Empty for a figure that is only told. */
  bound: string;
  holds: boolean;
};

/** A figure that must be at least `least`. */
export const atLeast = (name: string, value: number, least: number, unit = "×"): Measurement => ({
  name,
  value,
  unit,
  bound: `≥ ${least} ${unit}`,
  holds: value >= least,
});

/** A figure that must be at most `most`. */
export const atMost = (name: string, value: number, most: number, unit: string): Measurement => ({
  name,
  value,
  unit,
  bound: `≤ ${most} ${unit}`,
  holds: value <= most,
});

/** A figure without a bound. */
export const told = (name: string, value: number, unit: string): Measurement => ({
  name,
  value,
  unit,
  bound: "",
  holds: true,
});

/** Middle value, so that one disturbed round does not decide. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** What a run costs in ms. CPU rather than the clock where it can be: other processes do not count. */
type Cost = () => Promise<number>;

/** CPU of this process, all threads, in ms, that `run` takes. */
export async function ownCpuMs(run: () => void | Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** Runs two things in turn and tells how much of the cost of `work` the `floor` has, pair by pair. */
export async function ratioToFloor(
  rounds: number,
  floor: Cost,
  work: Cost,
): Promise<{ ratio: number; floorMs: number; workMs: number }> {
  const pairs: { floorMs: number; workMs: number }[] = [];
  await floor();
  await work();
  for (let round = 0; round < rounds; round++) {
    pairs.push({ floorMs: await floor(), workMs: await work() });
  }
  return {
    ratio: median(pairs.map(({ floorMs, workMs }) => floorMs / workMs)),
    floorMs: median(pairs.map(({ floorMs }) => floorMs)),
    workMs: median(pairs.map(({ workMs }) => workMs)),
  };
}
