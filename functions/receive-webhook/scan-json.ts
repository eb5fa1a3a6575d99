/** What a JSON text is at its outside. */
export type JsonShape = { kind: "object" | "array" | "scalar"; elements: number };

/** Far beyond any event. What is deeper would cost every function behind this one its memory. */
const maxDepth = 1_000;

const [quote, backslash, slash, comma, colon] = [0x22, 0x5c, 0x2f, 0x2c, 0x3a];
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d];
const [minus, plus, dot, zero, nine, lowerE, upperE, lowerU] = [
  0x2d, 0x2b, 0x2e, 0x30, 0x39, 0x65, 0x45, 0x75,
];
const literals = ["true", "false", "null"].map((literal) => Buffer.from(literal));
const escapable = new Set([quote, backslash, slash, ...Buffer.from("bfnrt")]);
const malformed = -1;

/**
 * Whether bytes are one JSON value (RFC 8259), without building it: hostile 5 MB take `JSON.parse`
 * to 400 MB, and nothing here needs the value. Bytes from 0x80 on are taken as they are inside
 * strings: check that they are UTF-8 before.
 */
export function scanJson(bytes: Uint8Array): JsonShape | "malformed" | "too-deep" {
  const containers: number[] = [];
  let outermost: number | undefined;
  let elements = 0;
  let at = skipBlanks(bytes, 0);
  for (;;) {
    // A value begins here.
    const byte = bytes[at];
    outermost ??= byte;
    if (byte === openBracket || byte === openBrace) {
      if (containers.length === maxDepth) return "too-deep";
      const inside = skipBlanks(bytes, at + 1);
      const isEmpty = bytes[inside] === closerOf(byte);
      if (!isEmpty) {
        containers.push(byte);
        if (containers.length === 1) elements = 1;
        at = byte === openBrace ? skipKey(bytes, inside) : inside;
        if (at === malformed) return "malformed";
        continue;
      }
      at = inside + 1;
    } else {
      at = skipScalar(bytes, at);
      if (at === malformed) return "malformed";
    }
    // A value has ended: so may have the containers around it.
    at = skipBlanks(bytes, at);
    let container = containers.at(-1);
    while (container !== undefined && bytes[at] === closerOf(container)) {
      containers.pop();
      container = containers.at(-1);
      at = skipBlanks(bytes, at + 1);
    }
    if (container === undefined) break;
    if (bytes[at] !== comma) return "malformed";
    if (containers.length === 1) elements += 1;
    at = skipBlanks(bytes, at + 1);
    if (container === openBrace) at = skipKey(bytes, at);
    if (at === malformed) return "malformed";
  }
  if (at < bytes.length) return "malformed";
  if (outermost === openBracket) return { kind: "array", elements };
  return outermost === openBrace ? { kind: "object", elements } : { kind: "scalar", elements };
}

const closerOf = (opener: number): number => (opener === openBrace ? closeBrace : closeBracket);

function skipBlanks(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at += 1;
  }
}

/** A key and its colon; gives the place of the value. */
function skipKey(bytes: Uint8Array, from: number): number {
  const end = bytes[from] === quote ? skipString(bytes, from) : malformed;
  if (end === malformed) return malformed;
  const at = skipBlanks(bytes, end);
  return bytes[at] === colon ? skipBlanks(bytes, at + 1) : malformed;
}

function skipScalar(bytes: Uint8Array, from: number): number {
  const byte = bytes[from];
  if (byte === quote) return skipString(bytes, from);
  if (byte === minus || isDigit(byte)) return skipNumber(bytes, from);
  const literal = literals.find((one) =>
    one.every((wanted, index) => bytes[from + index] === wanted),
  );
  return literal === undefined ? malformed : from + literal.length;
}

function skipString(bytes: Uint8Array, from: number): number {
  for (let at = from + 1; ; at += 1) {
    const byte = bytes[at];
    if (byte === quote) return at + 1;
    if (byte === undefined || byte < 0x20) return malformed;
    if (byte === backslash) {
      at += 1;
      const escaped = bytes[at];
      if (escaped === lowerU) {
        for (const end = at + 4; at < end; ) if (!isHexDigit(bytes[++at])) return malformed;
      } else if (escaped === undefined || !escapable.has(escaped)) return malformed;
    }
  }
}

function skipNumber(bytes: Uint8Array, from: number): number {
  let at = bytes[from] === minus ? from + 1 : from;
  at = bytes[at] === zero ? at + 1 : skipDigits(bytes, at);
  if (at !== malformed && bytes[at] === dot) at = skipDigits(bytes, at + 1);
  if (at === malformed || (bytes[at] !== lowerE && bytes[at] !== upperE)) return at;
  const sign = bytes[at + 1];
  return skipDigits(bytes, sign === plus || sign === minus ? at + 2 : at + 1);
}

/** At least one. */
function skipDigits(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isDigit(bytes[at])) at += 1;
  return at === from ? malformed : at;
}

const isDigit = (byte: number | undefined): boolean =>
  byte !== undefined && byte >= zero && byte <= nine;

function isHexDigit(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const lower = byte | 0x20;
  return isDigit(byte) || (lower >= 0x61 && lower <= 0x66);
}
