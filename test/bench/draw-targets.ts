import { scaleLog } from "d3-scale";
import { type Figure, formatValue, nameOf } from "./bench-report.ts";
import { escapeMarkup } from "./escape-markup.ts";
import { margin, type Target, targetOf } from "./targets.ts";

const rowHeight = 26;
const width = 900;
const left = 400;
const right = 660;
/** Of a target: further out is drawn at the edge. */
const range = { from: 0.25, to: 16 };

type Judged = { figure: Figure; target: Target };

/** A row for each figure with a target: how often its rounds meet it, on one logarithmic scale. Right is better. */
export function drawTargets(figures: readonly Figure[]): string {
  const judged = figures.flatMap((figure): Judged[] => {
    const target = targetOf(figure.figure);
    return target === undefined ? [] : [{ figure, target }];
  });
  if (judged.length === 0) return "";
  const height = judged.length * rowHeight + 24;
  const bound = place(1);
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="how often each target is met">
<text class="soft" x="${bound - 8}" y="12" text-anchor="end">misses</text>
<text class="soft" x="${bound + 8}" y="12">holds</text>
<text class="soft" x="${width}" y="12" text-anchor="end">target</text>
<line class="bound" x1="${bound}" x2="${bound}" y1="18" y2="${height}"/>
${judged.map(drawRow).join("\n")}
</svg>`;
}

const scale = scaleLog([range.from, range.to], [left, right]).clamp(true);
const place = (times: number): number => round(scale(times));
const round = (value: number): number => Math.round(value * 10) / 10;

function drawRow({ figure, target }: Judged, index: number): string {
  const y = 24 + index * rowHeight + rowHeight / 2;
  const tone = figure.holds ? "good" : "bad";
  const at = (value: number) => place(margin(target, value));
  const [low, high] = figure.between;
  const samples = figure.samples
    .map((value) => `<circle class="sample ${tone}" cx="${at(value)}" cy="${y}" r="2.5"/>`)
    .join("");
  return `<g><title>${escapeMarkup(nameOf(figure))}: ${escapeMarkup(formatValue(figure.median, figure.unit))}, target ${escapeMarkup(figure.target ?? "")}</title>
<text x="0" y="${y + 4}">${escapeMarkup(shorten(nameOf(figure)))}</text>
<line class="axis" x1="${left}" x2="${right}" y1="${y}" y2="${y}"/>
<line class="spread ${tone}" x1="${at(low)}" x2="${at(high)}" y1="${y}" y2="${y}"/>${samples}
<circle class="${tone}" cx="${at(figure.median)}" cy="${y}" r="5"/>
<text class="${tone}" x="770" y="${y + 4}" text-anchor="end">${escapeMarkup(formatValue(figure.median, figure.unit))}</text>
<text class="soft" x="${width}" y="${y + 4}" text-anchor="end">${escapeMarkup(figure.target ?? "")}</text></g>`;
}

const longest = 62;
const shorten = (name: string): string =>
  name.length > longest ? `${name.slice(0, longest - 1)}…` : name;
