import { type BenchReport, type BenchRun, countTargets, missingTargets } from "./bench-report.ts";
import { drawBars } from "./draw-bars.ts";
import { drawGrowth } from "./draw-growth.ts";
import { drawTargets } from "./draw-targets.ts";
import { escapeMarkup } from "./escape-markup.ts";

/** A page of its own, with all plots in it: it needs no network, and follows the reader's light or dark. */
export function renderReport(report: BenchReport): string {
  const { held, missed } = countTargets(report);
  const { cores, model, node } = report.machine;
  const when = report.measuredAt.slice(0, 16).replace("T", " ");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Hourtally, measured</title>
<style>${style}</style>
<main>
<header>
<h1>Hourtally, measured</h1>
<p>${when} UTC · ${cores} cores, ${escapeMarkup(model)} · Node ${escapeMarkup(node)}${report.quick ? " · quick run" : ""}</p>
<p class="verdict"><b>${held}</b> of ${held + missed.length} targets hold${
    missed.length > 0 ? `, <b class="miss">${missed.length}</b> do not` : ""
  }.</p>
</header>
${report.runs.map(renderRun).join("\n")}
${renderMissing(report)}
</main>
</html>
`;
}

function renderRun(run: BenchRun): string {
  if (run.failure !== undefined)
    return `<section><h2>${escapeMarkup(run.name)}</h2><p class="miss">Failed: ${escapeMarkup(run.failure)}</p></section>`;
  if (run.figures.length === 0) return "";
  const plots = [
    drawTargets(run.figures),
    ...groupsOf(run, ({ at }) => at !== undefined).map(drawGrowth),
    ...groupsOf(run, ({ at, holds }) => at === undefined && holds === undefined).map(drawBars),
  ];
  return `<section><h2>${escapeMarkup(run.name)}</h2>${plots.join("")}</section>`;
}

/** Figures of one name together. */
function groupsOf(run: BenchRun, isMeant: (figure: BenchRun["figures"][number]) => boolean) {
  const groups = Map.groupBy(
    run.figures.filter(isMeant),
    ({ figure, unit, at }) => `${figure} ${unit} ${at?.axis}`,
  );
  return [...groups.values()];
}

function renderMissing(report: BenchReport): string {
  const missing = missingTargets(report);
  if (missing.length === 0) return "";
  const items = missing.map((name) => `<li>${escapeMarkup(name)}</li>`).join("");
  return `<section><h2>Not measured in this run</h2><ul>${items}</ul></section>`;
}

const style = `
:root {
  --page: #fcfcfa; --card: #fff; --ink: #1d2126; --soft: #5f6873; --line: #e3e4e0;
  --good: #177a5b; --miss: #c2410c; --mark: #2f5fd0; --band: #eef1f8;
  --series-1: #2f5fd0; --series-2: #c2410c; --series-3: #177a5b; --series-4: #8a3fb5; --series-5: #a16207;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171a; --card: #1b1f24; --ink: #e7e9ec; --soft: #99a3ae; --line: #2d333a;
    --good: #4cc79d; --miss: #fb923c; --mark: #8fb0ff; --band: #232a36;
    --series-1: #8fb0ff; --series-2: #fb923c; --series-3: #4cc79d; --series-4: #d3a0f5; --series-5: #e0b64a;
  }
}
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.25rem 5rem; }
h1 { font-size: 1.9rem; font-weight: 650; letter-spacing: -.02em; margin: 0; }
h2 { font-size: 1.05rem; font-weight: 620; margin: 0 0 .75rem; }
h3 { font-size: .9rem; font-weight: 550; margin: 1.25rem 0 .25rem; }
header p { color: var(--soft); margin: .25rem 0; }
header .verdict { font-size: 1.15rem; color: var(--ink); margin-top: .75rem; }
.verdict b { color: var(--good); font-weight: 650; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.1rem 1.25rem; margin-top: 1.1rem; }
.miss, .verdict b.miss { color: var(--miss); }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { font: 12px system-ui, sans-serif; fill: var(--ink); font-variant-numeric: tabular-nums; }
svg .soft { fill: var(--soft); }
svg .good { fill: var(--good); } svg .bad { fill: var(--miss); }
svg .bar { fill: var(--mark); }
svg .axis { stroke: var(--line); }
svg .bound { stroke: var(--soft); stroke-dasharray: 3 3; }
svg .spread { stroke-width: 5; stroke-linecap: round; opacity: .35; }
svg .spread.good { stroke: var(--good); } svg .spread.bad { stroke: var(--miss); }
svg .sample { opacity: .35; }
svg .curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
${[1, 2, 3, 4, 5]
  .map(
    (n) =>
      `svg .curve.s${n} { stroke: var(--series-${n}); } svg .dot.s${n}, svg text.s${n} { fill: var(--series-${n}); }`,
  )
  .join("\n")}
ul { color: var(--soft); columns: 2; margin: 0; padding-left: 1.1rem; }
@media (max-width: 640px) { ul { columns: 1; } section { overflow-x: auto; } svg { min-width: 36rem; } }
`;
