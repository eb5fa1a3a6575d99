import { createHash } from "node:crypto";

import { fingerprint64 } from "farmhash-modern";

import {
  blob,
  blobs,
  define1,
  define2,
  define3,
  define4,
  type EngineFunction,
  integer,
  text,
  texts,
} from "./engine-function.ts";
import { formatText } from "./format-text.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export const textEngineFunctions: EngineFunction[] = [
  define1("bq_upper", text, text, (value) => value.toUpperCase()),
  define1("bq_lower", text, text, (value) => value.toLowerCase()),
  define1("bq_reverse", text, text, (value) => Array.from(value).reverse().join("")),
  define1("bq_reverse_bytes", blob, blob, (value) => value.slice().reverse()),
  define1("bq_text_from_bytes", blob, text, (value) => {
    try {
      return utf8.decode(value);
    } catch {
      throw new RangeError("Invalid cast of bytes to UTF8 string");
    }
  }),
  define1("bq_safe_text_from_bytes", blob, text, replaceInvalid),
  define2("bq_repeat", text, integer, text, (value, count) => {
    if (count < 0n) {
      throw new RangeError("Second argument (repeat count) for REPEAT cannot be negative");
    }
    return value.repeat(Number(count));
  }),
  define3("bq_replace", text, text, text, text, (value, old, other) =>
    old === "" ? value : value.replaceAll(old, () => other),
  ),
  define3("bq_translate", text, text, text, text, translate),
  define3("bq_lpad", text, integer, text, text, (value, size, filler) => {
    const padding = pad(value, size, filler);
    return typeof padding === "string" ? padding + value : cut(value, padding);
  }),
  define3("bq_rpad", text, integer, text, text, (value, size, filler) => {
    const padding = pad(value, size, filler);
    return typeof padding === "string" ? value + padding : cut(value, padding);
  }),
  define3("bq_substr", text, integer, integer, text, (value, place, size) => {
    const characters = isPlain(value) ? value : Array.from(value);
    const [from, to] = sliceBounds(characters.length, place, size);
    const part = characters.slice(from, to);
    return typeof part === "string" ? part : part.join("");
  }),
  define3("bq_substr_bytes", blob, integer, integer, blob, (value, place, size) =>
    value.slice(...sliceBounds(value.length, place, size)),
  ),
  define2("bq_left", text, integer, text, (value, size) => cut(value, natural(size, "LEFT"))),
  define2("bq_right", text, integer, text, (value, size) => {
    const characters = Array.from(value);
    return characters.slice(Math.max(0, characters.length - natural(size, "RIGHT"))).join("");
  }),
  define4("bq_instr", text, text, integer, integer, integer, findOccurrence),
  define3("bq_trim", text, text, text, text, (value, characters, side) => {
    const removed = new Set(characters);
    const all = Array.from(value);
    let from = 0;
    let to = all.length;
    if (side !== "right") while (from < to && removed.has(all[from] ?? "")) from += 1;
    if (side !== "left") while (to > from && removed.has(all[to - 1] ?? "")) to -= 1;
    return all.slice(from, to).join("");
  }),
  define2("bq_split_bytes", blob, blob, blobs, (value, separator) => {
    const parts = Buffer.from(value)
      .toString("latin1")
      .split(Buffer.from(separator).toString("latin1"));
    return parts.map((part) => new Uint8Array(Buffer.from(part, "latin1")));
  }),
  define2("bq_split", text, text, texts, (value, separator) =>
    separator === "" ? Array.from(value) : value.split(separator),
  ),
  define1("bq_initcap", text, text, initcap),
  define2("bq_normalize", text, text, text, (value, form) => value.normalize(form)),
  define1("bq_farm", blob, integer, (value) =>
    BigInt.asIntN(64, fingerprint64(Buffer.from(value))),
  ),
  define1("bq_from_hex", text, blob, (value) => {
    if (!/^[0-9a-fA-F]*$/.test(value))
      throw new RangeError(`Failed to decode invalid hexadecimal string: ${value}`);
    return new Uint8Array(Buffer.from(value.length % 2 === 1 ? `0${value}` : value, "hex"));
  }),
  define1("bq_from_base64", text, blob, (value) => {
    const plain = value.replace(/[\s=]+$/, "");
    if (!/^[A-Za-z0-9+/]*$/.test(plain) || plain.length % 4 === 1) {
      throw new RangeError("Failed to decode invalid base64 string");
    }
    return new Uint8Array(Buffer.from(plain, "base64"));
  }),
  define1("bq_sha512", blob, blob, (value) => new Uint8Array(hash("sha512", value))),
  define1("bq_chr", integer, text, (point) => {
    if (point < 0n || point > 0x10ffffn || (point >= 0xd800n && point <= 0xdfffn)) {
      throw new RangeError(`Invalid codepoint ${point}`);
    }
    return point === 0n ? "" : String.fromCodePoint(Number(point));
  }),
  define1("bq_ascii", text, integer, (value) => {
    const point = value.codePointAt(0) ?? 0;
    if (point > 127)
      throw new RangeError("ASCII: Argument is not a structurally valid ASCII string");
    return BigInt(point);
  }),
  define1("bq_unicode", text, integer, (value) => BigInt(value.codePointAt(0) ?? 0)),
  define1("bq_soundex", text, text, soundex),
  define2("bq_edit_distance", text, text, integer, (left, right) =>
    BigInt(editDistance(left, right)),
  ),
  define3("bq_format", text, texts, texts, text, formatText),
];

function hash(algorithm: string, value: Uint8Array): Buffer {
  return createHash(algorithm).update(value).digest();
}

/** Each byte that is no UTF-8 becomes one U+FFFD. */
function replaceInvalid(value: Uint8Array): string {
  let result = "";
  let from = 0;
  while (from < value.length) {
    let size = Math.min(4, value.length - from);
    let decoded: string | undefined;
    for (; size > 0 && decoded === undefined; size -= 1) {
      try {
        decoded = utf8.decode(value.subarray(from, from + size));
        if (Array.from(decoded).length !== 1) decoded = undefined;
        else from += size;
      } catch {
        decoded = undefined;
      }
    }
    if (decoded === undefined) from += 1;
    result += decoded ?? "\u{fffd}";
  }
  return result;
}

function isPlain(value: string): boolean {
  return /^[\0-\x7f]*$/.test(value);
}

function natural(size: bigint, name: string): number {
  if (size < 0n) throw new RangeError(`Second argument in ${name}() cannot be negative`);
  return Number(size);
}

function cut(value: string, size: number): string {
  return isPlain(value) ? value.slice(0, size) : Array.from(value).slice(0, size).join("");
}

/** The characters to add, or the size to cut to. */
function pad(value: string, size: bigint, filler: string): string | number {
  if (size < 0n) {
    throw new RangeError("Second argument (output size) for LPAD/RPAD cannot be negative");
  }
  if (filler === "") {
    throw new RangeError("Third argument (pad pattern) for LPAD/RPAD cannot be empty");
  }
  const length = Array.from(value).length;
  if (length >= Number(size)) return Number(size);
  const missing = Number(size) - length;
  const characters = Array.from(filler);
  return Array.from({ length: missing }, (_, index) => characters[index % characters.length]).join(
    "",
  );
}

/** Places count from 1, negative ones from the end; 0 and places before the beginning are the first. */
function sliceBounds(length: number, place: bigint, size: bigint): [from: number, to: number] {
  if (size < 0n) throw new RangeError("Third argument in SUBSTR() cannot be negative");
  let from = place > 0n ? Number(place) - 1 : length + Number(place);
  if (place === 0n || from < 0) from = 0;
  return [from, Math.min(length, from + Number(size))];
}

function findOccurrence(value: string, part: string, place: bigint, occurrence: bigint): bigint {
  if (place === 0n) throw new RangeError("The third argument of INSTR must not be 0");
  if (occurrence < 1n) throw new RangeError("The fourth argument of INSTR must be positive");
  const all = Array.from(value);
  const wanted = Array.from(part);
  const matches = (from: number) =>
    wanted.every((character, index) => all[from + index] === character);
  const step = place > 0n ? 1 : -1;
  let from = place > 0n ? Number(place) - 1 : all.length + Number(place);
  let left = Number(occurrence);
  for (; from >= 0 && from <= all.length - wanted.length; from += step) {
    if (matches(from)) left -= 1;
    if (left === 0) return BigInt(from + 1);
  }
  if (place < 0n) {
    // The last places are too near the end for the text to fit.
    for (let at = all.length - wanted.length; at >= 0 && from > at; at -= 1) {
      if (matches(at)) left -= 1;
      if (left === 0) return BigInt(at + 1);
    }
  }
  return 0n;
}

function translate(value: string, source: string, target: string): string {
  const targets = Array.from(target);
  const map = new Map(
    Array.from(source).map((character, index) => [character, targets[index] ?? ""]),
  );
  return Array.from(value)
    .map((character) => map.get(character) ?? character)
    .join("");
}

function initcap(value: string): string {
  return value
    .toLowerCase()
    .replace(
      /(^|[\s[\](){}/|<>!?@"^#$&~_,.:;*%+-])(\p{L})/gu,
      (_, before: string, letter: string) => before + letter.toUpperCase(),
    );
}

function soundex(value: string): string {
  const letters = value.toUpperCase().replace(/[^A-Z]/g, "");
  const first = letters[0];
  if (first === undefined) return "";
  const codes: Record<string, string> = {
    ...Object.fromEntries(Array.from("BFPV").map((letter) => [letter, "1"])),
    ...Object.fromEntries(Array.from("CGJKQSXZ").map((letter) => [letter, "2"])),
    ...Object.fromEntries(Array.from("DT").map((letter) => [letter, "3"])),
    L: "4",
    M: "5",
    N: "5",
    R: "6",
  };
  let result = first;
  let last = codes[first];
  for (const letter of letters.slice(1)) {
    const code = codes[letter];
    if (code !== undefined && code !== last) result += code;
    if (letter !== "H" && letter !== "W") last = code;
  }
  return result.slice(0, 4).padEnd(4, "0");
}

function editDistance(left: string, right: string): number {
  const columns = Array.from(right);
  let row = columns.map((_, index) => index + 1);
  for (const [index, character] of Array.from(left).entries()) {
    let diagonal = index;
    let before = index + 1;
    row = row.map((above, column) => {
      const changed = diagonal + (columns[column] === character ? 0 : 1);
      diagonal = above;
      before = Math.min(changed, above + 1, before + 1);
      return before;
    });
  }
  return row.at(-1) ?? Array.from(left).length;
}
