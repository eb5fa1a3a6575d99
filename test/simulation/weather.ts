import type { Random } from "../support/create-random.ts";
import type { Storm } from "./draw-storm.ts";

/** Kinds of faults that a run injects one at a time. */
type FaultKind =
  | "duplicates"
  | "failures"
  | "lateFailures"
  | "lostAcknowledgements"
  | "refusals"
  | "breakOffs"
  | "crashes";

/** Which of the drawn faults happen: all of them, unless a failing run is made smaller. */
export type FaultLimits = {
  /** Only the first so many. */
  first: number;
  /** Numbers of faults that do not happen, counted from 1. */
  without: ReadonlySet<number>;
};

export const allFaults: FaultLimits = { first: Number.POSITIVE_INFINITY, without: new Set() };

/** When faults happen: as the storm's rates have it until it ends, and never afterwards. */
export type Weather = {
  storm: Storm;
  /** Whether a fault of this kind happens at this place, now. */
  strikes: (kind: FaultKind, where: string) => boolean;
  /** Whether the instance dies at this suspension point, now. */
  kills: (where: string) => boolean;
  isOutage: () => boolean;
  /** Whether the storm is over, and all that it delayed is answered. */
  isQuiet: () => boolean;
  /** When the storm ends, or has ended; ms since 1970. */
  endsMs: () => number;
  /** The storm is back, until so many ms since 1970. */
  storms: (untilMs: number) => void;
  /** How often instances have died at each point. */
  deaths: ReadonlyMap<string, number>;
  /** What has happened, in order; the number of a fault is its place, from 1. */
  faults: readonly string[];
};

/** Longer than any call takes. */
const settlingMs = 60_000;
/** Deaths at the crash point of a seed: enough for each way in, few enough to get on. */
const maxDeathsAtPoint = 6;

export function createWeather(settings: {
  storm: Storm;
  random: Random;
  now: () => number;
  /** ms since 1970. */
  stormEndsMs: number;
  outage: { fromMs: number; toMs: number } | undefined;
  limits: FaultLimits;
}): Weather {
  const { storm, random, now, outage, limits } = settings;
  let { stormEndsMs } = settings;
  const faults: string[] = [];
  const deaths = new Map<string, number>();
  let drawn = 0;

  const happens = (share: number, describe: () => string): boolean => {
    if (share === 0 || now() >= stormEndsMs || !random.chance(share)) return false;
    drawn += 1;
    if (drawn > limits.first || limits.without.has(drawn)) return false;
    faults.push(`#${drawn} ${new Date(now()).toISOString()} ${describe()}`);
    return true;
  };

  return {
    storm,
    faults,
    deaths,
    strikes: (kind, where) => happens(storm[kind], () => `${kind} at ${where}`),
    kills: (where) => {
      const count = deaths.get(where) ?? 0;
      const isHere = where === storm.crashPoint && count < maxDeathsAtPoint;
      const dies = happens(isHere ? 0.5 : storm.crashes, () => `crash at ${where}`);
      if (dies) deaths.set(where, count + 1);
      return dies;
    },
    isQuiet: () => now() > stormEndsMs + settlingMs,
    endsMs: () => stormEndsMs,
    storms: (untilMs) => {
      stormEndsMs = untilMs;
    },
    isOutage: () => outage !== undefined && now() >= outage.fromMs && now() < outage.toMs,
  };
}
