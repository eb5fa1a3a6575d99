/**
 * One spelling for percent-escapes: unreserved characters bare; a lone `%`, quotes and what
 * WHATWG leaves bare in some places only (`[]{}|^` and the like) escaped; escapes in upper case.
 * Every other escape stays, so that `%2F` and `/` remain apart. In a query `+` becomes `%20`; in a
 * path `: @ $ & + ; =` separate nothing, so that their escapes are undone.
 *
 * Unreserved are the characters that `encodeURIComponent` leaves alone, without `'`, which may
 * surround a link, and with `,`, which web servers never tell from `%2C`.
 */
export function canonicalEscapes(text: string, part: "path" | "query"): string {
  let out = "";
  let copied = 0;
  const plusIsSpace = part === "query";
  const bare = plusIsSpace ? unreserved : unreservedInPath;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const kind = kinds[code];
    if (kind === PLAIN) continue;
    if (kind === PLUS) {
      if (!plusIsSpace) continue;
      out += `${text.slice(copied, at)}%20`;
    } else if (kind === ESCAPED) {
      out += text.slice(copied, at) + escapes[code];
    } else {
      const byte = hexValue(text.charCodeAt(at + 1)) * 16 + hexValue(text.charCodeAt(at + 2));
      out += text.slice(copied, at);
      if (Number.isNaN(byte)) {
        out += "%25";
      } else {
        out += bare[byte] === 1 ? String.fromCharCode(byte) : escapes[byte];
        at += 2;
      }
    }
    copied = at + 1;
  }
  return copied === 0 ? text : out + text.slice(copied);
}

const PLAIN = 0;
const ESCAPED = 1;
const PERCENT = 2;
const PLUS = 3;

const kinds = new Uint8Array(65536);
for (const character of "[]{}|^`\\'\"<>") kinds[character.charCodeAt(0)] = ESCAPED;
kinds[0x25] = PERCENT;
kinds[0x2b] = PLUS;

/** 1 for the characters that need no escape: anywhere, and in a path. */
const unreserved = flagsOf(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!*(),",
);
const unreservedInPath = flagsOf(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!*(),:@$&+;=",
);

function flagsOf(characters: string): Uint8Array {
  const flags = new Uint8Array(256);
  for (const character of characters) flags[character.charCodeAt(0)] = 1;
  return flags;
}

const escapes = Array.from(
  { length: 256 },
  (_, byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
);

function hexValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : Number.NaN;
}
