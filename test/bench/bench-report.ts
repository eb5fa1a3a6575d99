import { cpus } from "node:os";
import * as z from "zod";
import { type Measurement, measurement, median, quantile } from "./measurement.ts";
import { describeTarget, holds, type TargetFigure, targetOf, targets } from "./targets.ts";

const figure = measurement.extend({
  median: z.number(),
  /** Half of the values lie between these two. */
  between: z.tuple([z.number(), z.number()]),
  /** As `≥ 5,000 /s`. */
  target: z.string().optional(),
  holds: z.boolean().optional(),
});

/** A measurement with its verdict. */
export type Figure = z.infer<typeof figure>;

const benchRun = z.object({
  name: z.string(),
  seconds: z.number(),
  figures: z.array(figure),
  /** Why there are none. */
  failure: z.string().optional(),
});

export type BenchRun = z.infer<typeof benchRun>;

/** What `npm run bench -- --json` writes. */
export const benchReport = z.object({
  measuredAt: z.iso.datetime(),
  machine: z.object({ cores: z.int(), model: z.string(), node: z.string() }),
  quick: z.boolean(),
  /** Whether no names were given. */
  isWhole: z.boolean(),
  runs: z.array(benchRun),
});

export type BenchReport = z.infer<typeof benchReport>;

export const describeMachine = (): BenchReport["machine"] => ({
  cores: cpus().length,
  model: cpus()[0]?.model ?? "unknown",
  node: process.version,
});

/** Holds a measurement to the target of its figure, by its median. */
export function judge(one: Measurement): Figure {
  const target = targetOf(one.figure);
  const middle = median(one.samples);
  return {
    ...one,
    median: middle,
    between: [quantile(one.samples, 0.25), quantile(one.samples, 0.75)],
    ...(target && { target: describeTarget(target), holds: holds(target, middle) }),
  };
}

const isTarget = (name: string): name is TargetFigure => Object.hasOwn(targets, name);

/** What was asked for and not measured by a run of everything: what it needs is not here, or it was left out. */
export function missingTargets({ runs, isWhole }: BenchReport): TargetFigure[] {
  if (!isWhole) return [];
  const measured = new Set(runs.flatMap(({ figures }) => figures.map((one) => one.figure)));
  return Object.keys(targets)
    .filter(isTarget)
    .filter((name) => !measured.has(name));
}

/** How many figures have a target, and which of them miss it. */
export function countTargets({ runs }: BenchReport): { held: number; missed: Figure[] } {
  const judged = runs.flatMap(({ figures }) => figures).filter((one) => one.holds !== undefined);
  const missed = judged.filter((one) => !one.holds);
  return { held: judged.length - missed.length, missed };
}

/** `cold start: bucket-hours`, `CPU a tweet: 1,000 tweets` */
export function nameOf({ figure: name, of, at }: Measurement): string {
  const place = at && `${at.value.toLocaleString("en")} ${at.axis}`;
  return [name, ...[of, place].filter((part) => part !== undefined)].join(": ");
}

/** `1,234 µs`, with as many digits as say something. */
export function formatValue(value: number, unit: string): string {
  const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0;
  return `${value.toLocaleString("en", { maximumFractionDigits: digits })} ${unit}`;
}
