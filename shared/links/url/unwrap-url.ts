import { cleanUrl } from "./clean-url.ts";
import { type Location, locateUrl } from "./locate-url.ts";
import { normalizePath } from "./normalize-path.ts";
import { readParameter } from "./normalize-query.ts";
import { covers, type Wrapper } from "./site-rules.ts";

/** How many wrappers are taken off one link. */
const maxWrappers = 4;

/**
 * Step 3: follows known redirect wrappers to the link inside. A nest deeper than `maxWrappers`
 * stays as it is, and so does a wrapper around something that is not a countable link.
 * `hostRules` are the host rules that fired for `outer`, and for the answer afterwards.
 */
export function unwrapUrl(outer: Location, fired: string[], hostRules: string[]): Location {
  let location = outer;
  const taken: string[] = [];
  let rules = hostRules;
  while (location.port === "") {
    const inner = readWrapper(location);
    if (inner === undefined) break;
    if (taken.length === maxWrappers) {
      fired.push("unwrap-too-deep");
      return outer;
    }
    taken.push(`unwrap ${inner.wrapper}`);
    rules = inner.hostRules;
    location = inner.location;
  }
  if (location !== outer) {
    fired.push(...taken);
    hostRules.splice(0, hostRules.length, ...rules);
  }
  return location;
}

/** The link inside a wrapper. */
type Inside = { wrapper: string; location: Location; hostRules: string[] };

function readWrapper(location: Location): Inside | undefined {
  const { host, query } = location;
  if (host.site === undefined) return undefined;
  let path: string | undefined;
  for (const { host: scope, rule } of host.site.wrappers) {
    if (!covers(scope, host.name)) continue;
    // In the spelling of keys, so that the key of a wrapper is read as the wrapper was.
    path ??= normalizePath(location.path, host, []);
    const targets =
      "parameters" in rule
        ? fromQuery(rule, path, query)
        : fromPath(rule, [location.path, path], query);
    for (const target of targets) {
      const inside = locateTarget(target);
      if (inside !== undefined) return { wrapper: rule.name, ...inside };
    }
  }
  return undefined;
}

function fromQuery(
  rule: Extract<Wrapper, { parameters: readonly string[] }>,
  path: string,
  query: string,
): string[] {
  if ("path" in rule ? path !== rule.path : !`${path}/`.startsWith(rule.below)) return [];
  // A target may have a question mark of its own; else a second one is an ampersand.
  const parts = [...query.split("&"), ...query.split(/[&?]/)];
  return rule.parameters.flatMap((wanted) =>
    parts
      .filter((part) => readParameter(part).name === wanted)
      .map((part) => decodeTarget(part.slice(part.indexOf("=") + 1)))
      .map((target) => ("base" in rule && /^\/[^/]/.test(target) ? rule.base + target : target))
      .filter((target) => linkStart.test(target)),
  );
}

/** What a target begins with: a scheme, or a host, which means https. */
const linkStart = /^(?:https?:|(?:[a-z0-9-]{1,63}\.){1,8}[a-z0-9-]{2,63}(?:[/?#:]|$))/i;

function decodeTarget(value: string): string {
  const target = decode(value).trimStart();
  return /^https?%3a/i.test(target) ? decode(target) : target;
}

function fromPath(
  rule: Extract<Wrapper, { paths: readonly string[] }>,
  spellings: readonly string[],
  query: string,
): string[] {
  return spellings.flatMap((path) =>
    rule.paths
      .filter((prefix) => path.startsWith(prefix))
      .map((prefix) => rule.scheme + undoQueryEscapes(path.slice(prefix.length)))
      .map((target) => (query === "" ? target : `${target}?${query}`)),
  );
}

/** A target in a path carries its own query escaped. */
function undoQueryEscapes(path: string): string {
  return path.replace(/%3f/gi, "?").replace(/%26/g, "&").replace(/%3d/gi, "=");
}

/** A target that can be counted. */
function locateTarget(target: string): Omit<Inside, "wrapper"> | undefined {
  const clean = cleanUrl(target, []);
  if ("refused" in clean) return undefined;
  const hostRules: string[] = [];
  const location = locateUrl(clean.text, hostRules);
  return location?.host.ignored === undefined && location !== undefined
    ? { location, hostRules }
    : undefined;
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    // Not UTF-8: the characters of a URL itself are ASCII.
    return value.replace(/%[2-7][0-9a-f]/gi, (byte) =>
      String.fromCharCode(Number.parseInt(byte.slice(1), 16)),
    );
  }
}
