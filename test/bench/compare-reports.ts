import { type BenchReport, type Figure, nameOf } from "./bench-report.ts";
import { targetOf } from "./targets.ts";

/** How a figure stands to what it was. */
type Change = {
  name: string;
  before: Figure;
  now: Figure;
  /** 1.1 is a tenth more than before, whether that is good or not. */
  factor: number;
  verdict: "better" | "worse" | "other" | "same";
};

type Comparison = { changes: Change[]; added: string[]; gone: string[] };

/** Less of a change than this says nothing, however little the rounds scatter. */
const leastChange = 0.03;
/** The same for what was measured once. */
const leastOfOne = 0.1;

/** What changed between two runs, largest change first; figures of benches that only one has run are left out. */
export function compareReports(before: BenchReport, now: BenchReport): Comparison {
  const shared = new Set(before.runs.map(({ name }) => name));
  const current = figuresOf(
    now,
    now.runs.map(({ name }) => name).filter((name) => shared.has(name)),
  );
  const former = figuresOf(
    before,
    now.runs.map(({ name }) => name),
  );
  const changes = [...current].flatMap(([name, figure]) => {
    const old = former.get(name);
    return old === undefined ? [] : [compareFigures(name, old, figure)];
  });
  return {
    changes: changes.toSorted((a, b) => size(b) - size(a)),
    added: [...current.keys()].filter((name) => !former.has(name)),
    gone: [...former.keys()].filter((name) => !current.has(name)),
  };
}

const size = ({ factor }: Change): number => Math.abs(Math.log(factor));

function figuresOf(report: BenchReport, benches: readonly string[]): Map<string, Figure> {
  const runs = report.runs.filter(
    ({ name, failure }) => benches.includes(name) && failure === undefined,
  );
  return new Map(runs.flatMap(({ figures }) => figures.map((one) => [nameOf(one), one] as const)));
}

function compareFigures(name: string, before: Figure, now: Figure): Change {
  const factor = now.median / before.median;
  const change = { name, before, now, factor };
  const once = Math.min(before.samples.length, now.samples.length) === 1;
  const least = once ? leastOfOne : leastChange;
  const apart = before.between[1] < now.between[0] || now.between[1] < before.between[0];
  if (!apart || Math.abs(factor - 1) < least) return { ...change, verdict: "same" };
  const target = targetOf(now.figure);
  if (target === undefined) return { ...change, verdict: "other" };
  const isMore = factor > 1;
  return { ...change, verdict: isMore === "atLeast" in target ? "better" : "worse" };
}
