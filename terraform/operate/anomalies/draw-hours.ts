import { mostOf, type PlottedHour, textOf } from "./plotted-hour.ts";

const size = { width: 960, height: 360 };
const margin = { left: 70, right: 20, top: 40, bottom: 40 };
const number = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/**
 * The same plot as an SVG that stands by itself: what is usual as a band, what was expected and what was
 * counted as lines, and a dot with its reason for each unusual hour. The axis is that of square roots.
 */
export function drawHours(
  hours: readonly PlottedHour[],
  title: string,
  reasons: ReadonlyMap<number, string>,
): string {
  const most = mostOf(hours);
  const first = hours[0]?.hour ?? 0;
  const span = Math.max(1, (hours.at(-1)?.hour ?? first) - first);
  const x = (hour: number) =>
    fixed(margin.left + ((hour - first) / span) * (size.width - margin.left - margin.right));
  const y = (count: number) => {
    const share = Math.sqrt(Math.max(0, count) / most);
    return fixed(size.height - margin.bottom - share * (size.height - margin.top - margin.bottom));
  };
  const judged = hours.flatMap((one) => (one.judged ? [{ ...one, judged: one.judged }] : []));
  const high = judged.map((one) => `${x(one.hour)},${y(one.judged.high)}`);
  const low = judged.map((one) => `${x(one.hour)},${y(one.judged.low)}`);
  const expected = judged.map((one) => `${x(one.hour)},${y(one.judged.expected)}`);
  const actual = hours.map((one) => `${x(one.hour)},${y(one.actual)}`);
  const dots = hours
    .filter(({ isUnusual }) => isUnusual)
    .map(({ hour, actual: count }) => {
      const why = escapeXml(`${textOf(hour)}: ${reasons.get(hour) ?? number.format(count)}`);
      return `<circle cx="${x(hour)}" cy="${y(count)}" r="4" fill="#c0392b"><title>${why}</title></circle>`;
    });
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const count = most * share ** 2;
    return `<text x="${margin.left - 8}" y="${y(count)}" text-anchor="end" dominant-baseline="middle">${number.format(count)}</text>`;
  });
  const bottom = size.height - margin.bottom / 2;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" font-family="sans-serif" font-size="12" fill="#333">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="${margin.left}" y="22" font-size="15">${escapeXml(title)}</text>`,
    `<polygon points="${[...high, ...low.reverse()].join(" ")}" fill="#d6e4f0"/>`,
    `<polyline points="${expected.join(" ")}" fill="none" stroke="#6c8ebf" stroke-dasharray="4 3"/>`,
    `<polyline points="${actual.join(" ")}" fill="none" stroke="#222" stroke-width="1.5"/>`,
    ...dots,
    ...ticks,
    `<text x="${margin.left}" y="${bottom}">${textOf(first)}</text>`,
    `<text x="${size.width - margin.right}" y="${bottom}" text-anchor="end">${textOf(first + span)} UTC</text>`,
    "</svg>",
    "",
  ].join("\n");
}

const fixed = (value: number): number => Math.round(value * 10) / 10;

const escapeXml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
