import type { Judged } from "../../../functions/detect-anomalies/judge-series.ts";

/** An hour of a plot, in hours since 1970 UTC: what was counted, and what was expected where it is known. */
export type PlottedHour = {
  hour: number;
  actual: number;
  judged: Judged | undefined;
  isUnusual: boolean;
};

/** The most that stands in a plot: never 0. */
export const mostOf = (hours: readonly PlottedHour[]): number =>
  Math.max(1, ...hours.map(({ actual, judged }) => Math.max(actual, judged?.high ?? 0)));

/** `2026-01-07 06:00` */
export const textOf = (hour: number): string =>
  new Date(hour * 3_600_000).toISOString().slice(0, "2026-01-07T06:00".length).replace("T", " ");
