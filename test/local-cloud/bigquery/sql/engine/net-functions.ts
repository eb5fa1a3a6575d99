import { parse } from "tldts";

import { define1, type EngineFunction, text } from "./engine-function.ts";

export const netEngineFunctions: EngineFunction[] = [
  define1("bq_net_host", text, text, readHost),
  define1("bq_net_reg_domain", text, text, (url) => suffixOf(url, "domain")),
  define1("bq_net_public_suffix", text, text, (url) => suffixOf(url, "publicSuffix")),
];

/**
 * The host of a URL as it is written; null where there is none.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/net_functions#nethost
 */
function readHost(url: string): string | null {
  const trimmed = url.trim();
  const rest = trimmed.replace(/^[A-Za-z][A-Za-z0-9+.-]*:(?=\/\/)/, "").replace(/^\/\//, "");
  const authority = /^[^/?#\\]*/.exec(rest)?.[0] ?? "";
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  const bracketed = /^\[[^\]]*\]/.exec(host)?.[0];
  const bare = bracketed ?? host.replace(/:.*$/, "");
  return bare === "" ? null : bare;
}

function suffixOf(url: string, what: "domain" | "publicSuffix"): string | null {
  const host = readHost(url);
  if (host === null) return null;
  const found = parse(host.toLowerCase(), { allowPrivateDomains: true, validateHostname: false });
  const part = found.isIp ? null : found[what];
  if (part === null || (!found.isIcann && !found.isPrivate)) return null;
  // As it was written.
  return host.replace(/\.$/, "").slice(-part.length);
}
