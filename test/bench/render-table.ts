import Table from "cli-table3";
import {
  type BenchReport,
  countTargets,
  type Figure,
  formatValue,
  missingTargets,
  nameOf,
} from "./bench-report.ts";
import type { compareReports } from "./compare-reports.ts";

const plain = { head: [], border: [], compact: true };

/** The figures of a run for a terminal: median, half the distance of the quartiles, target, verdict. */
export function renderTable(report: BenchReport): string {
  const table = new Table({
    head: ["figure", "median", "±", "target", ""],
    colAligns: ["left", "right", "right", "right", "left"],
    style: plain,
  });
  for (const { name, figures, seconds } of report.runs) {
    if (figures.length === 0) continue;
    table.push([{ colSpan: 5, content: `${name}, ${Math.round(seconds)} s` }]);
    for (const figure of figures) table.push(rowOf(figure));
  }
  return `${table.toString()}\n${renderSummary(report)}`;
}

const verdicts = new Map([
  [true, "holds"],
  [false, "DOES NOT HOLD"],
]);

function rowOf(one: Figure): string[] {
  const [low, high] = one.between;
  const spread = one.samples.length === 1 ? "" : percent((high - low) / 2 / one.median);
  return [
    `  ${nameOf(one)}`,
    formatValue(one.median, one.unit),
    spread,
    one.target ?? "",
    one.holds === undefined ? "" : (verdicts.get(one.holds) ?? ""),
  ];
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function renderSummary(report: BenchReport): string {
  const { held, missed } = countTargets(report);
  const missing = missingTargets(report);
  const failed = report.runs.filter(({ failure }) => failure !== undefined);
  const skipped = report.runs.filter(
    ({ figures, failure }) => figures.length === 0 && failure === undefined,
  );
  return [
    `${held} of ${held + missed.length} targets hold.`,
    ...failed.map(({ name, failure }) => `FAILED, ${name}: ${failure}`),
    ...skipped.map(({ name }) => `Skipped, ${name}: what it needs is not on this machine.`),
    ...(missing.length > 0
      ? ["Not measured in this run:", ...missing.map((name) => `  ${name}`)]
      : []),
    "",
  ].join("\n");
}

/** What changed since an earlier run. */
export function renderComparison(
  { changes, added, gone }: ReturnType<typeof compareReports>,
  since: string,
): string {
  const table = new Table({
    head: [`since ${since}`, "before", "now", "", ""],
    colAligns: ["left", "right", "right", "right", "left"],
    style: plain,
  });
  const changed = changes.filter(({ verdict }) => verdict !== "same");
  for (const { name, before, now, factor, verdict } of changed) {
    const change = `${factor > 1 ? "+" : ""}${percent(factor - 1)}`;
    const [old, current] = [before, now].map((one) => formatValue(one.median, one.unit));
    table.push([name, old ?? "", current ?? "", change, verdict === "other" ? "" : verdict]);
  }
  return [
    changed.length > 0 ? table.toString() : `Nothing changed since ${since}.`,
    `${changes.length - changed.length} figures are as they were.`,
    ...(added.length > 0 ? [`New: ${added.join("; ")}.`] : []),
    ...(gone.length > 0 ? [`Gone: ${gone.join("; ")}.`] : []),
    "",
  ].join("\n");
}
