const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const lineFeed = 0x0a;

/** What may come next inside of a value. */
const value = 0;
const valueOrClose = 1;
const key = 2;
const keyOrClose = 3;
const colonOnly = 4;
const commaOrClose = 5;

/** As `scanJson`, which judges the record in the end. */
const maxLevels = 1_000;
/** Deeper than any event: each level of what never closes may be read once more. */
const maxLevelsAtLine = 64;

/** What ended a look at some bytes: the value, a byte that cannot be part of it, or the bytes. */
type Followed = "closed" | "broken" | "open";

/** Follows one JSON value through the chunks that it comes in. */
export type JsonFollower = {
  /** Makes ready for a value of which `column` bytes stand before it on its line. */
  begin: (column: number) => void;
  /** Follows the value from `at`; afterwards, `at()` is where it stopped. */
  follow: (bytes: Buffer, at: number) => Followed;
  at: () => number;
  /** How many arrays and objects are open. */
  levels: () => number;
  isInString: () => boolean;
  /** Line ends inside of the value so far. */
  lines: () => number;
  /**
   * The first line inside of the value that looks like the beginning of another one: bytes of the
   * value before it, and line ends. If the value breaks, it was cut off before this line.
   */
  nextBeginning: () => { bytes: number; lines: number } | undefined;
};

/** Whether a byte begins an array or object. */
export const opensValue = (byte: number | undefined): boolean =>
  byte === openBrace || byte === openBracket;

/**
 * A follower knows where a value ends by its strings, its nesting and what may stand beside what;
 * whether its numbers and escapes are right is left to `scanJson`. A line end inside of a string
 * breaks a value, so that one that was cut off does not swallow those after it.
 */
export function createJsonFollower(): JsonFollower {
  const isObject = new Uint8Array(maxLevels);
  let levels = 0;
  let next = value;
  let inString = false;
  let isEscaped = false;
  let inScalar = false;
  let stoppedAt = 0;
  let length = 0;
  let lines = 0;
  let firstColumn = 0;
  /** Bytes since the last line end; -1 once something else than space was among them. */
  let column = -1;
  let beginning: { bytes: number; lines: number } | undefined;

  const begin = (ownColumn: number) => {
    levels = 0;
    next = value;
    inString = false;
    isEscaped = false;
    inScalar = false;
    length = 0;
    lines = 0;
    firstColumn = ownColumn;
    column = -1;
    beginning = undefined;
  };

  const stop = (from: number, at: number, followed: Followed): Followed => {
    stoppedAt = at;
    length += at - from;
    return followed;
  };

  /** From inside of a string to behind its end; -1 when a line ends first. */
  const skipString = (bytes: Buffer, from: number): number => {
    let isNextEscaped = isEscaped;
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === lineFeed) return -1;
      if (isNextEscaped) isNextEscaped = false;
      else if (byte === backslash) isNextEscaped = true;
      else if (byte === quote) {
        inString = false;
        isEscaped = false;
        return at + 1;
      }
    }
    isEscaped = isNextEscaped;
    return bytes.length;
  };

  const follow = (bytes: Buffer, from: number): Followed => {
    const end = bytes.length;
    let at = from;
    while (at < end) {
      if (inString) {
        const after = skipString(bytes, at);
        if (after === -1) return stop(from, at, "broken");
        at = after;
        if (!inString && levels === 0) return stop(from, at, "closed");
        continue;
      }
      const byte = bytes[at] ?? 0;
      if (byte <= 0x20) {
        if (inScalar && levels === 0) return stop(from, at, "closed");
        inScalar = false;
        if (byte === lineFeed) {
          lines += 1;
          column = 0;
        } else if (column >= 0) column += 1;
        at += 1;
        continue;
      }
      if (column >= 0) {
        if (column === firstColumn && opensValue(byte)) {
          beginning ??= { bytes: length + at - from, lines };
          if (levels > maxLevelsAtLine) return stop(from, at, "broken");
        }
        column = -1;
      }
      const isStructure =
        byte === comma ||
        byte === colon ||
        opensValue(byte) ||
        byte === closeBrace ||
        byte === closeBracket;
      if (inScalar) {
        if (!isStructure && byte !== quote) {
          at += 1;
          continue;
        }
        if (levels === 0) return stop(from, at, "closed");
        inScalar = false;
      }
      if (byte === quote || !isStructure) {
        if (byte === quote) {
          inString = true;
          if (next === key || next === keyOrClose) next = colonOnly;
          else if (next === value || next === valueOrClose) next = commaOrClose;
          else return stop(from, at, "broken");
        } else {
          if (next !== value && next !== valueOrClose) return stop(from, at, "broken");
          inScalar = true;
          next = commaOrClose;
        }
        at += 1;
        continue;
      }
      if (byte === comma) {
        if (next !== commaOrClose || levels === 0) return stop(from, at, "broken");
        next = isObject[levels - 1] === 1 ? key : value;
      } else if (byte === colon) {
        if (next !== colonOnly) return stop(from, at, "broken");
        next = value;
      } else if (opensValue(byte)) {
        const isFree = next === value || next === valueOrClose;
        if (!isFree || levels === maxLevels) return stop(from, at, "broken");
        isObject[levels] = byte === openBrace ? 1 : 0;
        levels += 1;
        next = byte === openBrace ? keyOrClose : valueOrClose;
      } else {
        const isClosed = levels > 0 && (isObject[levels - 1] === 1) === (byte === closeBrace);
        const mayClose = next === commaOrClose || next === keyOrClose || next === valueOrClose;
        if (!isClosed || !mayClose) return stop(from, at, "broken");
        levels -= 1;
        next = commaOrClose;
        if (levels === 0) return stop(from, at + 1, "closed");
      }
      at += 1;
    }
    return stop(from, at, "open");
  };

  return {
    begin,
    follow,
    at: () => stoppedAt,
    levels: () => levels,
    isInString: () => inString,
    lines: () => lines,
    nextBeginning: () => beginning,
  };
}
