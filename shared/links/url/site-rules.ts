import { parse } from "tldts";
import { exceptionHosts } from "../rules/exception-hosts.ts";
import { fileHosts } from "../rules/file-pages.ts";
import { fragmentHosts } from "../rules/fragment-hosts.ts";
import { hashbangHosts } from "../rules/hashbang-hosts.ts";
import { hostParameters } from "../rules/host-parameters.ts";
import { hostsWithoutAmp } from "../rules/hosts-without-amp.ts";
import { ampFolderHosts, trackingSegments } from "../rules/path-segments.ts";
import { platformIdentities } from "../rules/platform-identities.ts";
import { mobileLabels } from "../rules/stripped-labels.ts";
import { wrappers } from "../rules/wrappers.ts";

export type Wrapper = (typeof wrappers)[number];
export type PlatformIdentity = (typeof platformIdentities)[number];

/** Parameters dropped on one site. Names and values are in lower case. */
type SiteParameters = {
  names: ReadonlySet<string>;
  prefixes: readonly string[];
  values: ReadonlyMap<string, ReadonlySet<string>>;
  /** Share tokens: what a gift link needs stays in its `url` and leaves only the key. */
  shares: ReadonlySet<string>;
};

/** Where a fragment is the content: on all pages or at `paths`; whole, or these parameters of it. */
export type FragmentRule = {
  paths: readonly string[] | undefined;
  parameters: readonly string[] | undefined;
};

/** All rules of one registrable domain; each holds for the hosts at or below its `host`. */
export type SiteRules = {
  wrappers: Scoped<Wrapper>[];
  identities: Scoped<PlatformIdentity>[];
  parameters: Scoped<SiteParameters>[];
  mobileLabels: Scoped<string>[];
  /** Hosts whose queries stay whole. */
  exceptions: Scoped<true>[];
  /** Hosts where `amp` is a name. */
  withoutAmp: Scoped<true>[];
  /** Below which path a last segment is the name of a file or entry. */
  files: Scoped<string>[];
  /** Hosts with an AMP folder. */
  ampFolders: Scoped<true>[];
  /** Hosts whose `#!` routes are paths. */
  hashbangs: Scoped<true>[];
  fragments: Scoped<FragmentRule>[];
  /** How path segments begin that are dropped. */
  segments: Scoped<string>[];
};

/** `host` is undefined where the rule holds for a name under every public suffix. */
export type Scoped<T> = { host: string | undefined; rule: T };

/** The rules for a registrable domain, or for its first label under a public suffix of ICANN. */
export function findSiteRules(domain: string, label: string | undefined): SiteRules | undefined {
  return byDomain.get(domain) ?? (label === undefined ? undefined : byLabel.get(label));
}

/** Whether a list of hosts names this host or one above it. */
export function includesHost(scopes: readonly Scoped<true>[] | undefined, host: string): boolean {
  return scopes?.some((scope) => covers(scope.host, host)) === true;
}

/** Whether a scoped rule covers a host: the host itself or one below it, on a label boundary. */
export function covers(scope: string | undefined, host: string): boolean {
  if (scope === undefined || host === scope) return true;
  return host.endsWith(scope) && host.charCodeAt(host.length - scope.length - 1) === DOT;
}

const DOT = 0x2e;
const byLabel = new Map<string, SiteRules>();
const byDomain = new Map<string, SiteRules>();

for (const wrapper of wrappers) addRule(wrapper.hosts, wrapper, (site) => site.wrappers);
for (const identity of platformIdentities) {
  addRule(identity.hosts, identity, (site) => site.identities);
}
for (const entry of hostParameters) {
  const prefixes = entry.names.filter((name) => name.endsWith("*"));
  const values = "values" in entry ? entry.values : [];
  const rule: SiteParameters = {
    names: new Set<string>(entry.names),
    prefixes: prefixes.map((name) => name.slice(0, -1)),
    values: new Map(values.map((guard) => [guard.name, new Set<string>(guard.values)])),
    shares: new Set<string>("shares" in entry ? entry.shares : []),
  };
  addRule(entry.hosts, rule, (site) => site.parameters);
}
for (const { hosts, label } of mobileLabels) addRule(hosts, label, (site) => site.mobileLabels);
addRule(exceptionHosts, true, (site) => site.exceptions);
addRule(hostsWithoutAmp, true, (site) => site.withoutAmp);
for (const entry of fileHosts) {
  addRule(entry.hosts, "below" in entry ? entry.below : "/", (site) => site.files);
}
addRule(ampFolderHosts, true, (site) => site.ampFolders);
addRule(hashbangHosts, true, (site) => site.hashbangs);
for (const entry of fragmentHosts) {
  const rule: FragmentRule = {
    paths: "paths" in entry ? entry.paths : undefined,
    parameters: "parameters" in entry ? entry.parameters : undefined,
  };
  addRule(entry.hosts, rule, (site) => site.fragments);
}
for (const { hosts, prefix } of trackingSegments) addRule(hosts, prefix, (site) => site.segments);
inheritLabelRules();

function addRule<T>(
  hosts: readonly string[],
  rule: T,
  list: (site: SiteRules) => Scoped<T>[],
): void {
  for (const host of hosts) {
    if (host.endsWith(".*"))
      list(siteAt(byLabel, host.slice(0, -2))).push({ host: undefined, rule });
    else list(siteAt(byDomain, domainOf(host))).push({ host, rule });
  }
}

/** `google.com` has rules of its own and those of `google.*`. */
function inheritLabelRules(): void {
  for (const [domain, site] of byDomain) {
    const common = byLabel.get(domain.slice(0, domain.indexOf(".")));
    if (common === undefined) continue;
    site.wrappers.push(...common.wrappers);
    site.identities.push(...common.identities);
    site.parameters.push(...common.parameters);
    site.fragments.push(...common.fragments);
    site.segments.push(...common.segments);
  }
}

function domainOf(host: string): string {
  return parse(host, { allowPrivateDomains: true }).domain ?? host;
}

function siteAt(index: Map<string, SiteRules>, key: string): SiteRules {
  const known = index.get(key);
  if (known !== undefined) return known;
  const site: SiteRules = {
    wrappers: [],
    identities: [],
    parameters: [],
    mobileLabels: [],
    exceptions: [],
    withoutAmp: [],
    files: [],
    ampFolders: [],
    hashbangs: [],
    fragments: [],
    segments: [],
  };
  index.set(key, site);
  return site;
}
