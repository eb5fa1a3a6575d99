import { type Conservation, exactVerdict, type Verdict } from "./judge-run.ts";
import { type Run, runSeed } from "./run-seed.ts";

/** What many runs add up to. */
export type Summary = {
  seeds: number;
  deliveries: number;
  messages: number;
  faults: number;
  verdict: Verdict;
  conservation: Conservation;
  /** What the storms have done, with how often. */
  sightings: Record<string, number>;
  /** Suspension points at which instances have died, with how often. */
  deaths: Record<string, number>;
  failing: { run: Run; events: number }[];
};

/** Runs all of `plan`, one after the other; `tell` hears of each. */
export async function runSeeds(
  plan: Iterable<{ seed: number; events: number }>,
  tell: (run: Run) => void = () => undefined,
): Promise<Summary> {
  const summary: Summary = {
    seeds: 0,
    deliveries: 0,
    messages: 0,
    faults: 0,
    verdict: exactVerdict,
    conservation: { received: 0, counted: 0, duplicates: 0, ignored: 0, deletes: 0, failed: 0 },
    sightings: {},
    deaths: {},
    failing: [],
  };
  for (const { seed, events } of plan) {
    const run = await runSeed({ seed, events });
    summary.seeds += 1;
    summary.deliveries += run.deliveries;
    summary.messages += run.messages;
    summary.faults += run.faults.length;
    summary.verdict = sum(summary.verdict, run.verdict, Math.abs);
    summary.conservation = sum(summary.conservation, run.conservation);
    summary.sightings = sum(summary.sightings, Object.fromEntries(run.sightings));
    summary.deaths = sum(summary.deaths, Object.fromEntries(run.deaths));
    if (!run.isExact) summary.failing.push({ run, events });
    tell(run);
  }
  return summary;
}

/** Adds numbers by name. Differences of opposite sign must not cancel out: those are `weighed`. */
function sum<Counts extends Record<string, number>>(
  total: Counts,
  more: Counts,
  weighed: (count: number) => number = (count) => count,
): Counts {
  const added = { ...total };
  for (const [name, count] of Object.entries(more)) {
    Object.assign(added, { [name]: (total[name] ?? 0) + weighed(count) });
  }
  return added;
}
