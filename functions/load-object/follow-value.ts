/** How far a JSON value that is spread over several lines has come with some of them. */
export type OpenValue = {
  /** Arrays and objects that are not closed; 0 before the first line and after the last. */
  levels: number;
  /** The last byte that is no space. */
  last: number;
};

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Deeper than any event: each level may be read once more when the lines are no value. */
const maxLevels = 64;

/** A value of which no line is there yet. */
export const noValue: OpenValue = { levels: 0, last: comma };

export const opens = (byte: number | undefined): boolean =>
  byte === openBrace || byte === openBracket;
const separates = (byte: number): boolean => byte === comma || byte === colon;

/**
 * Follows an array or object through one more line, by its strings, its nesting, and what may
 * stand at either side of a line end. Undefined as soon as no line can make a value of it any
 * more, so that a line that was cut off does not hold up those after it for long.
 */
export function followValue(value: OpenValue, line: Buffer): OpenValue | undefined {
  let { levels, last } = value;
  let isFirst = true;
  for (let at = 0; at < line.length; at++) {
    const byte = line[at] ?? 0;
    if (byte <= 0x20) continue;
    if (levels === 0 && !opens(byte)) return undefined;
    const isClosing = byte === closeBrace || byte === closeBracket;
    if (isFirst && !separates(last) && !opens(last) && !separates(byte) && !isClosing) {
      return undefined;
    }
    isFirst = false;
    if (byte === quote) {
      at = endOfString(line, at);
      // A line end is never part of a string.
      if (at === -1) return undefined;
    } else if (opens(byte)) levels += 1;
    else if (isClosing) levels -= 1;
    last = byte;
  }
  return levels > maxLevels ? undefined : { levels, last };
}

/** From the opening quote to the closing one, or -1. */
function endOfString(line: Buffer, from: number): number {
  for (let at = from + 1; at < line.length; at++) {
    if (line[at] === backslash) at += 1;
    else if (line[at] === quote) return at;
  }
  return -1;
}
