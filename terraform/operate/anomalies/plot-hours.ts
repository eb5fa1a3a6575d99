import { styleText } from "node:util";
import { mostOf, type PlottedHour, textOf } from "./plotted-hour.ts";

const rows = 14;
const labelWidth = 9;
const number = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/**
 * Plots hours for a terminal so many columns wide: `●` what was counted, `◆` where that is unusual, `░`
 * what is usual. The axis is that of square roots, so that a peak does not flatten the rest. Where the
 * hours are more than the columns, a column shows the most unusual of its hours.
 */
export function plotHours(hours: readonly PlottedHour[], columns: number): string {
  const width = Math.max(10, columns - labelWidth - 2);
  const shown = thinOut(hours, width);
  const most = mostOf(shown);
  const rowOf = (count: number) => Math.round(Math.sqrt(Math.max(0, count) / most) * (rows - 1));
  const lines: string[] = [];
  for (let row = rows - 1; row >= 0; row--) {
    const label = row % 3 === 1 ? number.format(most * (row / (rows - 1)) ** 2) : "";
    const marks = shown.map((one) => markOf(one, row, rowOf)).join("");
    lines.push(`${label.padStart(labelWidth)} │${marks}`.trimEnd());
  }
  const [first] = shown;
  const last = shown.at(-1);
  const from = first === undefined ? "" : textOf(first.hour);
  const to = last === undefined ? "" : textOf(last.hour);
  const gap = " ".repeat(Math.max(1, shown.length - from.length - to.length));
  lines.push(`${" ".repeat(labelWidth)} └${"─".repeat(shown.length)}`);
  lines.push(`${" ".repeat(labelWidth + 2)}${from}${gap}${to}`);
  return `${lines.join("\n")}\n`;
}

function markOf(
  { actual, judged, isUnusual }: PlottedHour,
  row: number,
  rowOf: (count: number) => number,
): string {
  if (rowOf(actual) === row) return isUnusual ? styleText("red", "◆") : styleText("bold", "●");
  if (judged === undefined) return " ";
  return row >= rowOf(judged.low) && row <= rowOf(judged.high) ? styleText("dim", "░") : " ";
}

function thinOut(hours: readonly PlottedHour[], columns: number): PlottedHour[] {
  const each = Math.ceil(hours.length / columns);
  if (each <= 1) return [...hours];
  return Array.from({ length: Math.ceil(hours.length / each) }, (_, column) =>
    hours.slice(column * each, (column + 1) * each),
  ).map((some) => some.reduce((one, other) => (oddness(other) > oddness(one) ? other : one)));
}

const oddness = ({ judged }: PlottedHour): number => Math.abs(judged?.score ?? 0);
