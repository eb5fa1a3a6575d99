import { parse } from "tldts";
import { countryAliases, hostAliases } from "../rules/host-aliases.ts";
import { strippedLabels } from "../rules/stripped-labels.ts";
import { covers, findSiteRules, type SiteRules } from "./site-rules.ts";

/** The host of a key, and what is known about it. */
export type Host = {
  name: string;
  /** The registrable domain; the host itself where there is none. */
  domain: string;
  /** A path that the link's own path moves below, when an alias says so. */
  under: string;
  site: SiteRules | undefined;
  /** Why links to this host are not counted. */
  ignored: IgnoredHost | undefined;
  /** Whether the host can begin a key. */
  hasKey: boolean;
};

type IgnoredHost = "ip-address" | "no-public-suffix" | "unparsable";

/**
 * Step 4: one host for all names of a site. `hostname` as the parser gives it, in lower case and
 * punycode; undefined for what the parser takes and DNS does not, such as `example.com&a`.
 */
export function normalizeHost(hostname: string, fired: string[]): Host | undefined {
  let name = hostname;
  if (name.endsWith(".")) {
    // Without its dots a host may be an IPv4 address, or none.
    const bare = URL.parse(`https://${withoutTrailingDots(name)}`);
    if (bare === null) return undefined;
    name = bare.hostname;
    fired.push("host-trailing-dot");
  }
  if (!hostShape.test(name)) return undefined;
  if (!hasLabels(name)) return ignoredHost(name, "unparsable");
  let facts = parse(name, suffixOptions);
  if (facts.isIp === true) return ignoredHost(name, "ip-address");
  if ((facts.isIcann !== true && facts.isPrivate !== true) || !name.includes(".")) {
    return ignoredHost(name, "no-public-suffix");
  }

  const written = facts.domain ?? name;
  const country = countryAlias(facts.domainWithoutSuffix, written);
  if (country !== undefined) {
    fired.push("host-country-alias");
    name = name.slice(0, name.length - written.length) + country;
    facts = parse(name, suffixOptions);
  }

  name = stripDeviceLabels(name, facts.domain ?? name, fired);

  let under = "";
  const alias = aliases.get(name);
  if (alias !== undefined) {
    fired.push("host-alias");
    name = alias.to;
    under = alias.under;
    facts = parse(name, suffixOptions);
  }

  const domain = facts.domain ?? name;
  const label = facts.isIcann === true ? (facts.domainWithoutSuffix ?? undefined) : undefined;
  const site = findSiteRules(domain, label);
  if (site !== undefined) name = dropMobileLabel(name, domain, site, fired);
  return { name, domain, under, site, ignored: undefined, hasKey: true };
}

/** Letters, digits, hyphens and, as many sites have them, underscores; or an IPv6 address. */
const hostShape = /^(?:[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,64}\])$/;

/** DNS has no empty label and none of over 63 characters. */
function hasLabels(name: string): boolean {
  if (name.includes("..") || name.startsWith(".")) return false;
  return name.length <= 63 || name.split(".").every((label) => label.length <= 63);
}

const suffixOptions = { allowPrivateDomains: true, extractHostname: false };
const labels = new Set<string>(strippedLabels);
const aliases = new Map<string, { to: string; under: string }>(
  hostAliases.flatMap((alias) =>
    alias.from.map((from) => [from, { to: alias.to, under: "under" in alias ? alias.under : "" }]),
  ),
);

/** `example.com.` is `example.com`. */
function withoutTrailingDots(name: string): string {
  let end = name.length;
  while (name.charCodeAt(end - 1) === 0x2e) end--;
  return name.slice(0, end);
}

function ignoredHost(name: string, ignored: IgnoredHost): Host {
  // `https://http:80` is read as a repeated scheme.
  const hasKey = name !== "http" && name !== "https";
  return { name, domain: name, under: "", site: undefined, ignored, hasKey };
}

function countryAlias(label: string | null, domain: string): string | undefined {
  for (const alias of countryAliases) {
    if (alias.label === label && alias.to !== domain) return alias.to;
  }
  return undefined;
}

/** Takes labels off while the registrable domain remains whole: `www.com` is a site. */
function stripDeviceLabels(host: string, domain: string, fired: string[]): string {
  let name = host;
  for (;;) {
    const dot = name.indexOf(".");
    const rest = name.length - dot - 1;
    if (rest < domain.length) return name;
    const label = name.slice(0, dot);
    if (isWww(label)) {
      // `www.www.example.com` is a name somebody chose, not a habit.
      if (rest > domain.length && isWww(name.slice(dot + 1, name.indexOf(".", dot + 1))))
        return name;
      fired.push("host-www");
    } else if (labels.has(label)) {
      fired.push("host-device");
    } else {
      return name;
    }
    name = name.slice(dot + 1);
  }
}

/** `www`, and `www1` … `www999`. */
const isWww = (label: string): boolean => label.startsWith("www") && /^www\d{0,3}$/.test(label);

function dropMobileLabel(host: string, domain: string, site: SiteRules, fired: string[]): string {
  for (const { host: scope, rule: label } of site.mobileLabels) {
    const middle = `.${label}.${domain}`;
    if (covers(scope, host) && host.endsWith(middle)) {
      fired.push("host-device");
      return `${host.slice(0, -middle.length)}.${domain}`;
    }
  }
  return host;
}
