import { scaleLinear } from "d3-scale";
import { type Figure, formatValue, nameOf } from "./bench-report.ts";
import { escapeMarkup } from "./escape-markup.ts";

const rowHeight = 26;
const width = 900;
const left = 400;

/** Figures of one name and unit side by side, longest first; one alone is a line of text. */
export function drawBars(figures: readonly Figure[]): string {
  const [first] = figures;
  if (first === undefined) return "";
  if (figures.length === 1)
    return `<p><span>${escapeMarkup(nameOf(first))}</span>: <b>${escapeMarkup(formatValue(first.median, first.unit))}</b></p>`;
  const most = Math.max(...figures.map(({ median }) => median));
  const scale = scaleLinear([0, most], [0, width - left - 110]);
  const rows = figures
    .toSorted((a, b) => b.median - a.median)
    .map((figure, index) => {
      const y = index * rowHeight;
      const length = Math.max(1, Math.round(scale(figure.median)));
      return `<text x="0" y="${y + 17}">${escapeMarkup(figure.of ?? "")}</text>
<rect class="bar" x="${left}" y="${y + 5}" width="${length}" height="16" rx="3"/>
<text x="${left + length + 8}" y="${y + 17}">${escapeMarkup(formatValue(figure.median, figure.unit))}</text>`;
    });
  return `<h3>${escapeMarkup(first.figure)}</h3>
<svg viewBox="0 0 ${width} ${figures.length * rowHeight}" role="img" aria-label="${escapeMarkup(first.figure)}">
${rows.join("\n")}
</svg>`;
}
