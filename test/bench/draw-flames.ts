import { escapeMarkup } from "./escape-markup.ts";
import type { Frame } from "./profile-tree.ts";

const width = 1_600;
const rowHeight = 18;
/** Of all: narrower is not drawn. */
const leastShare = 0.001;
const characterWidth = 6.4;
const hues = [14, 28, 42, 200, 265] as const;

/** A flame graph: who calls stands below whom it calls, as wide as the time it takes with all of them. */
export function drawFlames(root: Frame, title: string): string {
  const depth = depthOf(root, root.total * leastShare);
  const height = (depth + 1) * rowHeight + 30;
  const frames: string[] = [];
  const draw = (frame: Frame, x: number, level: number) => {
    const wide = (frame.total / root.total) * width;
    if (wide < width * leastShare) return;
    const y = height - (level + 1) * rowHeight;
    frames.push(drawFrame(frame, { x, y, wide }, frame.total / root.total));
    let at = x;
    for (const callee of frame.callees.toSorted((a, b) => b.total - a.total)) {
      draw(callee, at, level + 1);
      at += (callee.total / root.total) * width;
    }
  };
  draw(root, 0, 0);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="11">
<rect width="${width}" height="${height}" fill="#fcfcfa"/>
<text x="8" y="18" font-size="14">${escapeMarkup(title)}</text>
${frames.join("\n")}
</svg>
`;
}

const depthOf = ({ callees }: Frame, least: number): number =>
  1 +
  Math.max(0, ...callees.filter(({ total }) => total >= least).map((one) => depthOf(one, least)));

function drawFrame(
  { name, file }: Frame,
  { x, y, wide }: { x: number; y: number; wide: number },
  share: number,
): string {
  const place = file === "" ? name : `${name} (${file})`;
  const characters = Math.floor((wide - 6) / characterWidth);
  const label = characters < 3 ? "" : place.slice(0, characters);
  return `<g><title>${escapeMarkup(place)}: ${(100 * share).toFixed(1)} %</title><rect x="${x.toFixed(1)}" y="${y}" width="${Math.max(0.3, wide - 0.5).toFixed(1)}" height="${rowHeight - 1}" rx="2" fill="hsl(${hueOf(file)} 70% 78%)"/><text x="${(x + 3).toFixed(1)}" y="${y + 12}">${escapeMarkup(label)}</text></g>`;
}

/** The same for the same file or package, so that one sees whose time it is. */
function hueOf(file: string): number {
  let sum = 0;
  for (const character of file) sum += character.charCodeAt(0);
  return hues[sum % hues.length] ?? hues[0];
}
