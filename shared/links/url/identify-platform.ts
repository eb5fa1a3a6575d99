import type { Host } from "./normalize-host.ts";
import { readParameter } from "./normalize-query.ts";
import { covers, type PlatformIdentity } from "./site-rules.ts";

/** `name` is the rule that made the key; `host` the key's host. */
export type PlatformKey = { name: string; key: string; host: string };

/**
 * Step 9: the key of a page that its platform serves under many addresses; undefined for every
 * other page. `path` and `query` are canonical.
 */
export function identifyPlatform(host: Host, path: string, query: string): PlatformKey | undefined {
  if (host.site === undefined) return undefined;
  for (const { host: scope, rule } of host.site.identities) {
    if (!covers(scope, host.name)) continue;
    if ("isDomainOnly" in rule && host.name !== host.domain) continue;
    const match = rule.path.exec(path);
    if (match === null) continue;
    const id = "parameter" in rule ? readValue(query, rule) : match[1];
    if (id === undefined || isExcluded(rule, id)) continue;
    const first = "ignoresCase" in rule ? id.toLowerCase() : id;
    const key = rule.key
      .replace("$1", () => first)
      .replace("$2", () => match[2] ?? "")
      .replace("$domain", () => host.domain)
      .replace("$query", () => (query === "" ? "" : `?${query}`));
    return { name: rule.name, key, host: key.slice(0, key.indexOf("/")) };
  }
  return undefined;
}

function readValue(
  query: string,
  rule: Extract<PlatformIdentity, { parameter: string }>,
): string | undefined {
  for (const part of query.split("&")) {
    const { name, value } = readParameter(part);
    const found = name === rule.parameter ? rule.value.exec(value)?.[1] : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function isExcluded(rule: PlatformIdentity, id: string): boolean {
  return "except" in rule && rule.except.some((name) => name === id);
}
