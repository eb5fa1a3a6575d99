import * as z from "zod";
import { type TargetFigure, targets } from "./targets.ts";

/** One figure of a benchmark. Ratios are of one and the same run. */
export const measurement = z.object({
  figure: z.string(),
  /** Which of several it is: a function, a topic, a way to do the same. */
  of: z.string().optional(),
  unit: z.string(),
  /** A value for each round. */
  samples: z.array(z.number()).min(1),
  /** Where on the axis of a plot it stands. */
  at: z.object({ axis: z.string(), value: z.number() }).optional(),
});

export type Measurement = z.infer<typeof measurement>;

type Values = number | readonly number[];
type Place = Pick<Measurement, "of" | "at">;

/** A figure that `targets.ts` has a bound for. */
export const held = (figure: TargetFigure, values: Values, place: Place = {}): Measurement =>
  told(figure, values, targets[figure].unit, place);

/** A figure without a bound. Told of several, it is a chart; told along an axis, a plot. */
export const told = (
  figure: string,
  values: Values,
  unit: string,
  place: Place = {},
): Measurement => ({ figure, unit, samples: [values].flat(), ...place });

/** Middle value, so that one disturbed round does not decide. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The value below which such a share of them lies, between neighbours by proportion. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** How thorough a run is: a quick one has fewer rounds and smaller jobs. */
export type Effort = { quick: boolean };

/** As many rounds as are usual, or what is needed for a median. */
export const roundsOf = ({ quick }: Effort, usual: number): number =>
  quick ? Math.min(usual, 3) : usual;

/** What a run costs in ms. CPU rather than the clock where it can be: other processes do not count. */
type Cost = () => Promise<number>;

/** CPU of this process, all threads, in ms, that `run` takes. */
export async function ownCpuMs(run: () => void | Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const warmUpMs = 2_000;
const mostWarmUps = 50;

/** Runs something until it is compiled: what the compiler takes in the first seconds is no cost of a row. */
export async function warmUp(cost: Cost): Promise<void> {
  let ms = 0;
  for (let run = 0; run < mostWarmUps && ms < warmUpMs; run++) ms += await cost();
}

/** Runs two things in turn and tells how much of the cost of `work` the `floor` has, pair by pair. */
export async function ratioToFloor(
  rounds: number,
  floor: Cost,
  work: Cost,
): Promise<{ ratios: number[]; floorMs: number; workMs: number }> {
  const pairs: { floorMs: number; workMs: number }[] = [];
  await warmUp(floor);
  await warmUp(work);
  for (let round = 0; round < rounds; round++) {
    pairs.push({ floorMs: await floor(), workMs: await work() });
  }
  return {
    ratios: pairs.map(({ floorMs, workMs }) => floorMs / workMs),
    floorMs: median(pairs.map(({ floorMs }) => floorMs)),
    workMs: median(pairs.map(({ workMs }) => workMs)),
  };
}
