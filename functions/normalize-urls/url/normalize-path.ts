import { undoAmpersands } from "./clean-url.ts";
import { canonicalEscapes } from "./escape-text.ts";

/**
 * Step 6: one path for all spellings of a page's path, without its trailing slash; empty for the
 * root. `path` begins with `/` and has its dot segments resolved. Case is kept.
 */
export function normalizePath(path: string, keepsAmp: boolean, fired: string[]): string {
  if (path.length === 1) return "";
  let clean = canonicalEscapes(path, false);
  if (clean !== path) {
    fired.push("path-escapes");
    // An escaped letter must not bring `&amp;` back.
    clean = undoAmpersands(clean);
  }
  if (clean.includes(";")) clean = dropSessionSegments(clean, fired);
  if (clean.includes("//")) {
    fired.push("path-slashes");
    clean = clean.replace(/\/{2,}/g, "/");
  }
  return dropSuffixes(clean, keepsAmp, fired);
}

/** `;jsessionid=…` up to the next `;` or `/`. */
function dropSessionSegments(path: string, fired: string[]): string {
  if (!path.toLowerCase().includes(SESSION)) return path;
  fired.push("path-session");
  let out = "";
  let copied = 0;
  const lower = path.toLowerCase();
  for (let at = lower.indexOf(SESSION); at !== -1; at = lower.indexOf(SESSION, copied)) {
    out += path.slice(copied, at);
    copied = at + SESSION.length;
    while (copied < path.length && path[copied] !== ";" && path[copied] !== "/") copied++;
  }
  // The segment that is left may be a dot segment.
  return new URL(`https://h${out}${path.slice(copied)}`).pathname;
}

const SESSION = ";jsessionid=";
const indexFile = /^(?:index|default)\.(?:html?|php|aspx?|jsp|cfm|shtml)$/i;

/** Takes off AMP suffixes, index files and trailing slashes, until none is left. */
function dropSuffixes(path: string, keepsAmp: boolean, fired: string[]): string {
  let rest = path;
  for (;;) {
    while (rest.endsWith("/")) rest = rest.slice(0, -1);
    const segment = rest.slice(rest.lastIndexOf("/") + 1);
    if (segment === "amp" && !keepsAmp) {
      fired.push("path-amp");
      rest = rest.slice(0, -segment.length);
    } else if (segment.endsWith(".amp") && !keepsAmp && !/^\.{0,2}\.amp$/.test(segment)) {
      fired.push("path-amp");
      rest = rest.slice(0, -4);
    } else if (segment.length > 9 && segment.endsWith(".amp.html") && !keepsAmp) {
      fired.push("path-amp");
      rest = `${rest.slice(0, -9)}.html`;
    } else if (segment.length <= 13 && indexFile.test(segment)) {
      fired.push("path-index");
      rest = rest.slice(0, -segment.length);
    } else {
      return rest;
    }
  }
}
