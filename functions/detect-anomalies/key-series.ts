import type { Series } from "./judge-series.ts";
import type { KnownHours } from "./known-hours.ts";

/** What one closing of an hour says of a key. */
export type KeyCount = {
  hour: number;
  revision: number;
  key: readonly string[];
  amount: number;
  /** Whether it was one of the biggest keys of the hour. */
  isBig: boolean;
};

/**
 * A key is judged after it was one of the biggest in so many of the 24 hours before: it has a history
 * then. What nobody has heard of yesterday is news, and no anomaly.
 */
export const leastBigHours = 6;
export const bigHours = 24;

/** The counts of one key, by its hours as the stream knows them. */
export function keySeries(counts: readonly KeyCount[], { from, hours }: KnownHours): Series {
  const byClosing = new Map(counts.map((one) => [`${one.hour} ${one.revision}`, one]));
  const known = hours.map(({ revision }, at) => byClosing.get(`${from + at} ${revision}`));
  let big = 0;
  return {
    from,
    hours: hours.map(({ state }, at) => {
      const isJudged = state === "closed" && big >= leastBigHours;
      if (known[at]?.isBig) big += 1;
      if (known[at - bigHours]?.isBig) big -= 1;
      return { state, count: known[at]?.amount ?? 0, isJudged };
    }),
  };
}
