import type { RawRecord } from "./record.ts";

const lineFeed = Buffer.from("\n");

/** The record that lines make together: it stands where the first of them does. */
export function joinLines(lines: readonly RawRecord[]): RawRecord {
  const [first] = lines;
  if (first === undefined) throw new Error("a record has at least one line");
  if (lines.length === 1) return first;
  const pieces = lines.flatMap(({ bytes }, index) => (index === 0 ? [bytes] : [lineFeed, bytes]));
  const bytes = Buffer.concat(pieces);
  const length = lines.reduce((sum, line) => sum + line.length, lines.length - 1);
  return { ...first, bytes, length };
}
