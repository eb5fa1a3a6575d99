import { filePaths } from "../rules/file-pages.ts";
import { undoAmpersands } from "./clean-url.ts";
import { dropPathSessions } from "./drop-path-sessions.ts";
import { canonicalEscapes } from "./escape-text.ts";
import { leavesArticle } from "./leaves-article.ts";
import type { Host } from "./normalize-host.ts";
import { covers, includesHost } from "./site-rules.ts";

/**
 * Step 6: one path for all spellings of a page's path, without its trailing slash; empty for the
 * root. `path` begins with `/` and has its dot segments resolved. Case is kept.
 */
export function normalizePath(path: string, host: Host, fired: string[]): string {
  if (path.length === 1) return "";
  let clean = canonicalEscapes(path, "path");
  if (clean !== path) {
    fired.push("path-escapes");
    // An escaped letter must not bring `&amp;` back.
    clean = undoAmpersands(clean);
  }
  clean = dropParameters(clean, fired);
  if (clean.includes("//")) {
    fired.push("path-slashes");
    clean = clean.replace(/\/{2,}/g, "/");
  }
  const isFile = namesFile(clean, host);
  const keeps = { amp: isFile || includesHost(host.site?.withoutAmp, host.name), index: isFile };
  for (;;) {
    const rest = dropSuffixes(dropSegments(clean, host, fired), keeps, fired);
    if (rest === clean) return rest;
    clean = rest;
  }
}

/** Whether the last segment names a file or an entry, so that it is none of the folder's names. */
const namesFile = (path: string, { name, site }: Host): boolean =>
  filePaths.test(path) ||
  site?.files.some(({ host, rule }) => covers(host, name) && path.startsWith(rule)) === true;

/** `;jsessionid=…` and the like, up to the next `;` or `/`. */
function dropParameters(path: string, fired: string[]): string {
  if (!path.includes(";")) return path;
  const [start, ...parameters] = path.split(";");
  const kept = parameters.map((text) =>
    sessionParameter.test(text) ? fromSlash(text) : `;${text}`,
  );
  const rest = `${start}${kept.join("")}`;
  if (rest === path) return path;
  fired.push("path-session");
  // The segment that is left may be a dot segment.
  return new URL(`https://h${rest}`).pathname;
}

/** Servlets, PHP, and the load balancer of SAP. */
const sessionParameter = /^(?:jsessionid|phpsessid|saplb_\*)=/i;

function fromSlash(text: string): string {
  const slash = text.indexOf("/");
  return slash === -1 ? "" : text.slice(slash);
}

function dropSegments(path: string, host: Host, fired: string[]): string {
  let rest = path;
  for (const { host: scope, rule: prefix } of host.site?.segments ?? []) {
    if (!covers(scope, host.name) || !rest.includes(`/${prefix}`)) continue;
    fired.push("path-tracking");
    const segments = rest.split("/");
    rest = segments.filter((segment) => !segment.startsWith(prefix)).join("/");
  }
  if (rest.includes("/amp/") && includesHost(host.site?.ampFolders, host.name)) {
    fired.push("path-amp");
    rest = rest.split("/amp/").join("/");
  }
  return dropPathSessions(rest, fired);
}

const indexFile =
  /^(?:index|default)\.(?:html?|xhtml|shtml|php[3-7]?|phtml|aspx?|jspx?|jsf|cfm|cgi)$/i;

/** Takes off AMP suffixes, index files and trailing slashes, until none is left. */
function dropSuffixes(
  path: string,
  keeps: { amp: boolean; index: boolean },
  fired: string[],
): string {
  let rest = path;
  for (;;) {
    while (rest.endsWith("/")) rest = rest.slice(0, -1);
    const segment = rest.slice(rest.lastIndexOf("/") + 1);
    const article = keeps.amp ? undefined : withoutAmp(rest, segment);
    if (article !== undefined && leavesArticle(article)) {
      fired.push("path-amp");
      rest = article;
    } else if (!keeps.index && indexFile.test(segment)) {
      fired.push("path-index");
      rest = rest.slice(0, -segment.length);
    } else {
      return rest;
    }
  }
}

/** What an AMP suffix leaves; undefined when there is none. */
function withoutAmp(path: string, segment: string): string | undefined {
  if (segment === "amp") return path.slice(0, -4);
  if (segment.endsWith(".amp")) return path.slice(0, -4);
  return segment.endsWith(".amp.html") ? `${path.slice(0, -9)}.html` : undefined;
}
