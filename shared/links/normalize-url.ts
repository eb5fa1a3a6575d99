import { hash } from "node:crypto";
import { cleanUrl } from "./url/clean-url.ts";
import { identifyPlatform } from "./url/identify-platform.ts";
import { keepRoute } from "./url/keep-route.ts";
import { type Location, locateHost, locateUrl } from "./url/locate-url.ts";
import type { Host } from "./url/normalize-host.ts";
import { normalizePath } from "./url/normalize-path.ts";
import { normalizeQuery } from "./url/normalize-query.ts";
import { includesHost } from "./url/site-rules.ts";
import { unwrapUrl } from "./url/unwrap-url.ts";

/**
 * The version of the identity. Any change of a rule, of the Node major (IDNA) or of the
 * public-suffix list (tldts) that changes a key raises it.
 */
export const keyVersion = 2;

/** Why a link is not counted. */
export const ignoredReasons = ["not-http", "no-public-suffix", "ip-address", "unparsable"] as const;
export type IgnoredReason = (typeof ignoredReasons)[number];

/** A link that is counted. */
export type NormalizedUrl = {
  /** The identity: no scheme, no userinfo, ASCII; never fetched. */
  urlKey: string;
  /** Fetchable: WHATWG-serialised, unwrapped, without tracking parameters; nothing else changed. */
  url: string;
  /** The host of the key, after `www.` and aliases; without port. */
  host: string;
  keyVersion: number;
  /** The rules that fired, in the order of the steps. */
  rules: string[];
};

/**
 * A link that is not counted. A host that has no public suffix still has an identity, for reports
 * and comparison: tell the two types apart by `ignored`, not by `urlKey`.
 */
export type IgnoredUrl = { ignored: IgnoredReason } & Partial<NormalizedUrl>;

/** One step of the policy at work, for `explain-url`. */
export type TracedStep = { step: string; before: string; after: string; rules: string[] };

/**
 * Policy `url_key` v2: two links that show a reader the same page get one key, two pages never
 * share one. Total: takes any string, never throws. Pure: no I/O, nothing is fetched.
 */
export function normalizeUrl(input: string): NormalizedUrl | IgnoredUrl {
  return applyPolicy(input, undefined);
}

/** As `normalizeUrl`, with what each step changed. */
export function traceUrl(input: string): {
  result: NormalizedUrl | IgnoredUrl;
  steps: TracedStep[];
} {
  const steps: TracedStep[] = [];
  return { result: applyPolicy(input, steps), steps };
}

/** A longer link gets the hash of the whole for a key: 4,096 characters, serialised. */
const maxLength = 4096;
/** A longer input is not even serialised: percent-encoding may make it nine times as long. */
const maxParsedLength = 65_536;

function applyPolicy(input: string, trace: TracedStep[] | undefined): NormalizedUrl | IgnoredUrl {
  const rules: string[] = [];
  const clean = cleanUrl(input, rules);
  if ("refused" in clean) return { ignored: clean.refused };
  const { text } = clean;
  record(trace, "clean", input, text, rules);
  if (text.length > maxParsedLength) return hashUnparsed(text, rules);

  const hostRules: string[] = [];
  const parsed = locateUrl(text, hostRules);
  if (parsed === undefined) return { ignored: "unparsable" };
  record(trace, "parse", text, parsed.href, rules);
  if (parsed.href.length > maxLength) return hashLong(parsed.host, parsed.href, rules);

  const location = unwrapUrl(parsed, rules, hostRules);
  record(trace, "unwrap", parsed.href, location.href, rules);
  if (location.href.length > maxLength) return hashLong(location.host, location.href, rules);

  const { host, port } = location;
  rules.push(...hostRules);
  record(trace, "host", location.hostname, host.name + port, rules);

  let path = normalizePath(movedPath(location, rules), host, rules);
  record(trace, "path", location.path, path, rules);

  let url = location.href;
  let query = "";
  if (location.query !== "") {
    const normalized = normalizeQuery(location.query, host.name, host.site, rules);
    query = normalized.canonical;
    if (normalized.kept !== location.query) url = withQuery(location, normalized.kept);
    record(trace, "query", location.query, query, rules);
  }

  let route = "";
  if (location.fragment !== "") {
    route = keepRoute(location.fragment, host, path, rules);
    const moved = path === "" ? pathOfHashbang(route, host) : undefined;
    if (moved !== undefined) {
      rules.push("fragment-hashbang");
      path = normalizePath(moved, host, rules);
      route = "";
    }
    record(trace, "fragment", `#${location.fragment}`, route, rules);
  }

  let urlKey = host.name + port + path + (query === "" ? "" : `?${query}`) + route;
  const platform = port === "" && route === "" ? identifyPlatform(host, path, query) : undefined;
  if (platform !== undefined) {
    rules.push(`platform ${platform.name}`);
    record(trace, "platform", urlKey, platform.key, rules);
    urlKey = platform.key;
  }
  // The key must be its own key, so it has to fit with a scheme before it.
  if (urlKey.length > maxLength - 8) return hashLong(host, urlKey, rules, url);
  return finish(urlKey, url, platform?.host ?? host.name, rules, host);
}

/** The path of a link, below the one that its host's alias says. */
function movedPath({ host, path }: Location, rules: string[]): string {
  if (host.under === "" || path === "/") return path;
  rules.push("path-alias");
  return host.under + path;
}

/** The path that a `#!/…` route stands for, on the sites that serve it there today. */
function pathOfHashbang(route: string, host: Host): string | undefined {
  if (!route.startsWith("#!/") || !includesHost(host.site?.hashbangs, host.name)) return undefined;
  const { pathname, search, hash: rest } = new URL(`https://h${route.slice(2)}`);
  return search === "" && rest === "" ? pathname : undefined;
}

/** `href` with another query. */
function withQuery({ href, pathEnd, queryEnd }: Location, query: string): string {
  const fragment = href.slice(queryEnd);
  if (query !== "") return `${href.slice(0, pathEnd)}?${query}${fragment}`;
  let path = href.slice(0, pathEnd);
  // A last quote would be taken for one that surrounds the link.
  if (fragment === "" && path.endsWith("'")) path = `${path.slice(0, -1)}%27`;
  return path + fragment;
}

/** The key of a link over the maximum: the host, so that reports by host hold, and a hash. */
function hashLong(
  host: Host,
  text: string,
  rules: string[],
  url = text,
): NormalizedUrl | IgnoredUrl {
  rules.push("too-long");
  return finish(`${host.name}/sha256-${hash("sha256", text, "hex")}`, url, host.name, rules, host);
}

function hashUnparsed(text: string, rules: string[]): NormalizedUrl | IgnoredUrl {
  const host = locateHost(text, rules);
  return host === undefined ? { ignored: "unparsable" } : hashLong(host, text, rules);
}

function finish(
  urlKey: string,
  url: string,
  hostName: string,
  rules: string[],
  { ignored, hasKey }: Host,
): NormalizedUrl | IgnoredUrl {
  if (ignored === undefined) return { urlKey, url, host: hostName, keyVersion, rules };
  return hasKey ? { ignored, urlKey, url, host: hostName, keyVersion, rules } : { ignored };
}

function record(
  trace: TracedStep[] | undefined,
  step: string,
  before: string,
  after: string,
  rules: string[],
): void {
  if (trace === undefined) return;
  const known = trace.reduce((count, earlier) => count + earlier.rules.length, 0);
  trace.push({ step, before, after, rules: rules.slice(known) });
}
