import { calm, type Storm } from "./draw-storm.ts";
import { type Run, type RunSettings, runSeed } from "./run-seed.ts";
import { allFaults, type FaultLimits } from "./weather.ts";

/** The smallest schedule that was found to fail like a failing run. */
export type MinimalSchedule = {
  seed: number;
  events: number;
  /** What is left of the storm: all rates that are not here are those of calm. */
  storm: Partial<Storm>;
  /** The faults that are left, in order. */
  faults: readonly string[];
  problems: readonly string[];
};

/** Enough to get small, not to the smallest: a person reads it next. */
const maxRuns = 120;
const maxFaultsTried = 40;

/** One kind of fault less each. */
const calmings: readonly Partial<Storm>[] = [
  { outageFromMs: undefined },
  { crashPoint: undefined },
  { crashes: 0 },
  { duplicates: 0 },
  { failures: 0 },
  { lateFailures: 0 },
  { lostAcknowledgements: 0 },
  { refusals: 0 },
  { mixedVersions: false },
  { maxDeliveryAttempts: calm.maxDeliveryAttempts },
  { shuffleMs: 0 },
  { breakOffs: 0 },
  { objects: false },
  { poison: 0 },
  { repeats: 0 },
  { lateEvents: 0 },
  { closings: 0 },
  { replays: false },
  { webhooks: false },
  { smallLimits: false },
];

type Schedule = Required<Pick<RunSettings, "seed" | "events" | "storm">> & { limits: FaultLimits };

/**
 * Takes kinds of faults, events and single faults away from a failing run, as long as it fails.
 * `planted` is what was planted in the failing run.
 */
export async function shrinkFailure(
  failing: Run,
  events: number,
  planted: Pick<
    RunSettings,
    "twists" | "countHours" | "closingRules" | "archiveRules" | "findOpen"
  > = {},
): Promise<MinimalSchedule> {
  let schedule: Schedule = { seed: failing.seed, events, storm: failing.storm, limits: allFaults };
  let run = failing;
  let runs = 0;
  const tryOut = async (smaller: Schedule): Promise<boolean> => {
    if (runs === maxRuns) return false;
    runs += 1;
    const tried = await runSeed({ ...smaller, ...planted });
    if (tried.isExact) return false;
    schedule = smaller;
    run = tried;
    return true;
  };

  const calmDown = async () => {
    const left = differencesFromCalm(schedule.storm);
    for (const calming of calmings.filter((one) => Object.keys(one).some((rate) => rate in left))) {
      await tryOut({ ...schedule, storm: { ...schedule.storm, ...calming } });
    }
  };
  await calmDown();
  for (const divisor of [16, 4, 2, 2, 2, 2, 1.5, 1.5, 1.2, 1.2, 1.1, 1.1]) {
    await tryOut({ ...schedule, events: Math.max(1, Math.floor(schedule.events / divisor)) });
  }
  // With fewer events, less of the storm may be needed.
  await calmDown();
  for (let first = Math.floor(run.faults.length / 2); first > 0; first = Math.floor(first / 2)) {
    await tryOut({ ...schedule, limits: { ...schedule.limits, first: run.faults.length - first } });
  }
  for (const fault of run.faults.slice(-maxFaultsTried)) {
    const number = Number(/^#(\d+) /.exec(fault)?.[1]);
    const without = new Set([...schedule.limits.without, number]);
    await tryOut({ ...schedule, limits: { ...schedule.limits, without } });
  }
  return {
    seed: schedule.seed,
    events: schedule.events,
    storm: differencesFromCalm(schedule.storm),
    faults: run.faults,
    problems: run.problems,
  };
}

function differencesFromCalm(storm: Storm): Partial<Storm> {
  const known: Record<string, unknown> = calm;
  return Object.fromEntries(Object.entries(storm).filter(([name, rate]) => rate !== known[name]));
}
