/** What a JSON text is at its outside. */
export type JsonShape = {
  kind: "object" | "array" | "scalar";
  /** Of its array, or members of its object. */
  elements: number;
  /** Elements of all lists that are members of it, of its elements or of its members. */
  listed: number;
};

/**
 * Why a text is no record: it is no JSON, is nested deeper than any event, or is made of more parts
 * than any event, which would cost every function behind this one its memory.
 */
export type JsonProblem = "malformed" | "too-deep" | "too-many";

const quote = 0x22;
const plus = 0x2b;
const comma = 0x2c;
const minus = 0x2d;
const dot = 0x2e;
const zero = 0x30;
const colon = 0x3a;
const upperE = 0x45;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const lowerE = 0x65;
const lowerU = 0x75;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Far beyond any event. */
const maxDepth = 1_000;
/** Of one array or object. As many events as a message may have lines. */
export const maxItems = 10_000;
/** Real posts have an array or object for each 32 bytes at most; each takes many times its two brackets. */
const bytesPerContainer = 16;
const inArray = 0;
const inObject = 1;
/** Which containers are open, outermost first; one for all calls, because a call is never interrupted. */
const nesting = new Uint8Array(maxDepth);
/** How many elements each of them has so far. */
const items = new Uint32Array(maxDepth);
/** Deepest lists that count as `listed`: those that an envelope may have, however it is wrapped. */
const listedDepth = 3;

const isDigit = byteSet("0123456789");
const isHexDigit = byteSet("0123456789abcdefABCDEF");
const isSimpleEscape = byteSet('"\\/bfnrt');

function byteSet(characters: string): Uint8Array {
  const set = new Uint8Array(256);
  for (const byte of Buffer.from(characters)) set[byte] = 1;
  return set;
}

/**
 * Whether bytes, which must be valid UTF-8, are one JSON value as RFC 8259 has it, without building
 * it: half the time of `JSON.parse` and no garbage, where hostile 5 MB take `JSON.parse` to 400 MB.
 * It accepts what `JSON.parse` accepts, but for what is nested deeper than 1,000, has an array or
 * object of more than 10,000 elements, or more of them than one for each 16 bytes.
 */
export function scanJson(bytes: Uint8Array): JsonShape | JsonProblem {
  const start = skipSpace(bytes, 0);
  const counted = walk(bytes, start);
  if (typeof counted === "string") return counted;
  if (bytes[start] === openBracket) return { kind: "array", ...counted };
  return { kind: bytes[start] === openBrace ? "object" : "scalar", ...counted };
}

/**
 * One value from `from` to the end, and what is counted of it. Each turn of the loop reads a value and
 * what closes after it.
 */
function walk(bytes: Uint8Array, from: number): Omit<JsonShape, "kind"> | JsonProblem {
  const end = bytes.length;
  const maxContainers = Math.max(maxItems, end / bytesPerContainer);
  let containers = 0;
  let depth = 0;
  let listed = 0;
  items[0] = 0;
  let at = from;
  for (;;) {
    // A value begins here.
    if (at >= end) return "malformed";
    const byte = bytes[at];
    if (byte === openBrace || byte === openBracket) {
      if (depth === maxDepth) return "too-deep";
      containers += 1;
      if (containers > maxContainers) return "too-many";
      const closing = byte === openBrace ? closeBrace : closeBracket;
      at = skipSpace(bytes, at + 1);
      if (at >= end) return "malformed";
      if (bytes[at] !== closing) {
        nesting[depth] = byte === openBrace ? inObject : inArray;
        items[depth] = 1;
        depth += 1;
        if (byte === openBrace) {
          at = skipKey(bytes, at);
          if (at === -1) return "malformed";
        }
        continue;
      }
      at += 1;
    } else {
      at = byte === quote ? skipString(bytes, at + 1) : skipScalar(bytes, at);
      if (at === -1) return "malformed";
    }
    // A value has ended; so do the arrays and objects that end with it.
    for (;;) {
      at = skipSpace(bytes, at);
      if (depth === 0) return at >= end ? { elements: items[0] ?? 0, listed } : "malformed";
      if (at >= end) return "malformed";
      const container = nesting[depth - 1];
      const next = bytes[at];
      if (next === comma) {
        const count = (items[depth - 1] ?? 0) + 1;
        if (count > maxItems) return "too-many";
        items[depth - 1] = count;
        at = skipSpace(bytes, at + 1);
        if (container === inObject) {
          at = skipKey(bytes, at);
          if (at === -1) return "malformed";
        }
        break;
      }
      if (next !== (container === inObject ? closeBrace : closeBracket)) return "malformed";
      depth -= 1;
      at += 1;
      const isMember = depth > 0 && depth < listedDepth && nesting[depth - 1] === inObject;
      if (isMember && container === inArray) listed += items[depth] ?? 0;
    }
  }
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  for (; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) break;
  }
  return at;
}

/** From a key's quote to the first byte of its value, or -1. */
function skipKey(bytes: Uint8Array, from: number): number {
  if (from >= bytes.length || bytes[from] !== quote) return -1;
  const afterKey = skipString(bytes, from + 1);
  if (afterKey === -1) return -1;
  const at = skipSpace(bytes, afterKey);
  return at < bytes.length && bytes[at] === colon ? skipSpace(bytes, at + 1) : -1;
}

/** From behind the opening quote to behind the closing one, or -1. */
function skipString(bytes: Uint8Array, from: number): number {
  const end = bytes.length;
  let at = from;
  while (at < end) {
    const byte = bytes[at] ?? 0;
    at += 1;
    if (byte === quote) return at;
    if (byte < 0x20) return -1;
    if (byte === backslash) {
      at = skipEscape(bytes, at);
      if (at === -1) return -1;
    }
  }
  return -1;
}

/** From behind a backslash to behind what it escapes, or -1. */
function skipEscape(bytes: Uint8Array, from: number): number {
  if (from >= bytes.length) return -1;
  const escaped = bytes[from] ?? 0;
  if (isSimpleEscape[escaped] === 1) return from + 1;
  return escaped === lowerU && isHex(bytes, from + 1) ? from + 5 : -1;
}

function isHex(bytes: Uint8Array, from: number): boolean {
  if (from + 4 > bytes.length) return false;
  for (let at = from; at < from + 4; at++) if (isHexDigit[bytes[at] ?? 0] === 0) return false;
  return true;
}

const literals = ["true", "false", "null"].map((word) => Buffer.from(word));

/** From the first byte of a number, `true`, `false` or `null` to behind it, or -1. */
function skipScalar(bytes: Uint8Array, from: number): number {
  const first = bytes[from] ?? 0;
  if (first === minus || isDigit[first] === 1) return skipNumber(bytes, from);
  for (const literal of literals) {
    if (literal[0] !== first) continue;
    const end = from + literal.length;
    if (end > bytes.length) return -1;
    for (let at = 0; at < literal.length; at++) if (bytes[from + at] !== literal[at]) return -1;
    return end;
  }
  return -1;
}

function skipNumber(bytes: Uint8Array, from: number): number {
  const end = bytes.length;
  let at = bytes[from] === minus ? from + 1 : from;
  const integer = at;
  at = skipDigits(bytes, at);
  if (at === integer || (bytes[integer] === zero && at > integer + 1)) return -1;
  if (at < end && bytes[at] === dot) {
    const fraction = at + 1;
    at = skipDigits(bytes, fraction);
    if (at === fraction) return -1;
  }
  if (at < end && (bytes[at] === lowerE || bytes[at] === upperE)) {
    at += 1;
    if (at < end && (bytes[at] === plus || bytes[at] === minus)) at += 1;
    const exponent = at;
    at = skipDigits(bytes, exponent);
    if (at === exponent) return -1;
  }
  return at;
}

function skipDigits(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && isDigit[bytes[at] ?? 0] === 1) at++;
  return at;
}
