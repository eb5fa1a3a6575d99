/** A link as it stands in the wild, made ready for the parser: step 1 of the policy. */
export type CleanUrl = { text: string } | { refused: "not-http" | "unparsable" };

/**
 * Strips what surrounds a link, undoes `&amp;`, repairs the scheme; no scheme means https.
 * What the repairs were is added to `fired`.
 */
export function cleanUrl(input: string, fired: string[]): CleanUrl {
  let text = stripSurroundings(input);
  if (text.length !== input.length) fired.push("clean-surroundings");
  // The parser drops these wherever they stand; what is looked for here must not hide behind one.
  if (/[\t\n\r]/.test(text)) text = text.replace(/[\t\n\r]/g, "");
  const plain = undoAmpersands(text);
  if (plain !== text) {
    text = plain;
    fired.push("clean-ampersand");
  }
  return plainScheme.test(text) ? { text } : repairScheme(text, fired);
}

/** With nothing to repair: no slash follows, and no other scheme. */
const plainScheme = /^https?:\/\/[^/\\hH]/;

/** `&amp;`, `&#38;` and `&#038;` as often as they were escaped, back to `&`. */
export function undoAmpersands(text: string): string {
  if (!escaped.test(text)) return text;
  let out = "";
  let copied = 0;
  for (let at = text.indexOf("&"); at !== -1; at = text.indexOf("&", at + 1)) {
    let end = at + 1;
    for (let next = afterEntity(text, end); next !== end; next = afterEntity(text, end)) end = next;
    out += text.slice(copied, at + 1);
    copied = end;
    at = end - 1;
  }
  return out + text.slice(copied);
}

/** Past what stands behind the `&` of an escaped one at `at`; `at` itself when nothing does. */
function afterEntity(text: string, at: number): number {
  const entity = entities.find((spelling) => text.startsWith(spelling, at));
  return entity === undefined ? at : at + entity.length;
}

const escaped = /&(?:amp|#0?38);/;
const entities = ["amp;", "#38;", "#038;"];

/** Removes control characters from the authority, where the parser would refuse them. */
export function stripControls(text: string): string {
  const start = text.indexOf("//") + 2;
  const end = endOfAuthority(text, start);
  return text.slice(0, start) + text.slice(start, end).replace(/\p{Cc}/gu, "") + text.slice(end);
}

/** Where the authority that begins at `start` ends. */
export function endOfAuthority(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === SLASH || code === BACKSLASH || code === QUESTION || code === HASH) return at;
  }
  return text.length;
}

const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const QUESTION = 0x3f;
const HASH = 0x23;
const COLON = 0x3a;

function stripSurroundings(input: string): string {
  let start = 0;
  let isQuoted = false;
  for (; isStripped(input.charCodeAt(start)); start++) {
    if (isQuote(input.charCodeAt(start))) isQuoted = true;
  }
  let end = input.length;
  while (isBlank(input.charCodeAt(end - 1))) end--;
  // A last quote inside a query that no quote opened is a part of the search: `?q="exact`.
  if (isQuote(input.charCodeAt(end - 1)) && (isQuoted || !endsInQuery(input))) {
    while (isStripped(input.charCodeAt(end - 1))) end--;
  }
  return input.slice(start, end);
}

const endsInQuery = (input: string): boolean => input.lastIndexOf("#") < input.indexOf("?");

function isStripped(code: number): boolean {
  return isBlank(code) || isQuote(code);
}

/** C0 controls, white space of every kind, BOM and the invisible marks that copying leaves behind. */
function isBlank(code: number): boolean {
  if (code <= 0x20) return true;
  if (code < 0xa0) return code === 0x7f;
  return (
    code === 0xa0 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202f) ||
    (code >= 0x205f && code <= 0x2064) ||
    code === 0x3000 ||
    code === 0xfeff
  );
}

function isQuote(code: number): boolean {
  return code === 0x22 || code === 0x27 || code === 0x3c || code === 0x3e;
}

function repairScheme(text: string, fired: string[]): CleanUrl {
  let at = 0;
  let scheme = "";
  for (let next = afterHttp(text, at); next !== at; next = afterHttp(text, at)) {
    scheme = (text.charCodeAt(at + 4) | 0x20) === 0x73 ? "https://" : "http://";
    at = next;
  }
  if (at > 0) {
    if (at === text.length) return { refused: "unparsable" };
    if (text.slice(0, at) === scheme) return { text };
    fired.push("clean-scheme");
    return { text: scheme + text.slice(at) };
  }
  if (text === "") return { refused: "unparsable" };
  let slashes = text.charCodeAt(0) === COLON ? 1 : 0;
  const colon = slashes;
  while (isSlash(text.charCodeAt(slashes))) slashes++;
  if (slashes - colon >= 2) {
    fired.push("clean-no-scheme");
    return cleanUrl(`https://${text.slice(slashes)}`, fired);
  }
  if (/^[/\\?#:.]/.test(text)) return { refused: "unparsable" };
  if (/^[A-Za-z][A-Za-z0-9+.-]{0,255}:/.test(text) && !startsWithHostAndPort(text)) {
    return { refused: "not-http" };
  }
  fired.push("clean-no-scheme");
  return { text: `https://${text}` };
}

/** `example.com:8080` looks like a scheme to the parser. */
function startsWithHostAndPort(text: string): boolean {
  return (
    /^(?:[A-Za-z0-9-]{1,63}\.){1,126}[A-Za-z0-9-]{1,63}\.?:\d{0,5}(?:[?#\\]|$)/.test(text) ||
    /^(?:[A-Za-z0-9-]{1,63}\.){1,126}[A-Za-z0-9-]{1,63}\.?:(?:\d{1,5}\/|\/[^/]|\/$)/.test(text) ||
    /^localhost:\d{1,5}(?:[/?#\\]|$)/i.test(text)
  );
}

/** Past `http:`, `https:/`, `http//` … at `at`; `at` itself when none stands there. */
function afterHttp(text: string, at: number): number {
  if (!hasHttp(text, at)) return at;
  let next = at + 4;
  if ((text.charCodeAt(next) | 0x20) === 0x73) next++;
  const colon = text.charCodeAt(next) === COLON ? 1 : 0;
  next += colon;
  const slashes = next;
  while (isSlash(text.charCodeAt(next))) next++;
  return colon === 1 || next - slashes >= 2 ? next : at;
}

/** `http` in any case; bit 0x20 is what tells ASCII cases apart. */
function hasHttp(text: string, at: number): boolean {
  return (
    (text.charCodeAt(at) | 0x20) === 0x68 &&
    (text.charCodeAt(at + 1) | 0x20) === 0x74 &&
    (text.charCodeAt(at + 2) | 0x20) === 0x74 &&
    (text.charCodeAt(at + 3) | 0x20) === 0x70
  );
}

function isSlash(code: number): boolean {
  return code === SLASH || code === BACKSLASH;
}
