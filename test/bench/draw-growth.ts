import { scaleLinear, scaleLog } from "d3-scale";
import { line } from "d3-shape";
import { type Figure, formatValue } from "./bench-report.ts";
import { escapeMarkup } from "./escape-markup.ts";

const width = 900;
const height = 240;
const margins = { left: 10, right: 200, top: 16, bottom: 36 };
const colours = 5;

type Point = { x: number; y: number };

/** How one figure goes along its axis, each power of ten as far as the other, from zero up: flat is flat. */
export function drawGrowth(figures: readonly Figure[]): string {
  const [first] = figures;
  if (first?.at === undefined) return "";
  const places = [...new Set(figures.map(({ at }) => at?.value ?? 1))].toSorted((a, b) => a - b);
  const x = scaleLog(
    [places[0] ?? 1, places.at(-1) ?? 10],
    [margins.left + 20, width - margins.right],
  );
  const most = Math.max(...figures.map(({ median }) => median));
  const y = scaleLinear([0, most * 1.15], [height - margins.bottom, margins.top]);
  const curve = line<Point>(
    (point) => Math.round(x(point.x)),
    (point) => Math.round(y(point.y)),
  );
  const series = [...Map.groupBy(figures, ({ of }) => of ?? "")];
  const curves = series.map(([of, members], index) => {
    const tone = `s${(index % colours) + 1}`;
    const points = members
      .map(({ at, median }) => ({ x: at?.value ?? 1, y: median }))
      .toSorted((a, b) => a.x - b.x);
    const dots = points.map((point) => {
      const cx = Math.round(x(point.x));
      const cy = Math.round(y(point.y));
      const label = escapeMarkup(formatValue(point.y, first.unit));
      return `<circle class="dot ${tone}" cx="${cx}" cy="${cy}" r="4"/><text x="${cx}" y="${cy - 9}" text-anchor="middle">${label}</text>`;
    });
    const last = points.at(-1);
    const name = `<text class="${tone}" x="${width - margins.right + 44}" y="${Math.round(y(last?.y ?? 0)) + 4}">${escapeMarkup(of)}</text>`;
    return `<path class="curve ${tone}" d="${curve(points) ?? ""}"/>${dots.join("")}${name}`;
  });
  const ticks = places.map(
    (place) =>
      `<text class="soft" x="${Math.round(x(place))}" y="${height - 16}" text-anchor="middle">${place.toLocaleString("en")}</text>`,
  );
  const base = height - margins.bottom;
  return `<h3>${escapeMarkup(first.figure)}, by ${escapeMarkup(first.at.axis)}</h3>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeMarkup(first.figure)} by ${escapeMarkup(first.at.axis)}">
<line class="axis" x1="${margins.left}" x2="${width - margins.right + 20}" y1="${base}" y2="${base}"/>
${ticks.join("")}${curves.join("\n")}
</svg>`;
}
