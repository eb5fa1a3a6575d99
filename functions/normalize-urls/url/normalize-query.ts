import { sessionShapes, shapes } from "../rules/session-shapes.ts";
import { trackingNames } from "../rules/tracking-names.ts";
import { trackingPrefixes } from "../rules/tracking-prefixes.ts";
import { valueGuards } from "../rules/value-guards.ts";
import { canonicalEscapes } from "./escape-text.ts";
import { covers, includesHost, type SiteRules } from "./site-rules.ts";

/** The two queries of a link, both without `?`: as it is fetched, and as it is compared. */
export type Query = {
  /** Without tracking parameters; the others byte for byte and in order. */
  kept: string;
  canonical: string;
};

/**
 * Step 7: drops tracking parameters, then spells and sorts the rest. `query` is the raw text
 * between `?` and `#`; it is split on `&`, because the platform's own query parser rewrites bytes.
 */
export function normalizeQuery(
  query: string,
  host: string,
  site: SiteRules | undefined,
  fired: string[],
): Query {
  const keepsAll = includesHost(site?.exceptions, host);
  const parameters: Parameter[] = [];
  let kept: string | undefined;
  let dropped = false;
  for (let start = 0, end = 0; start <= query.length; start = end + 1) {
    end = query.indexOf("&", start);
    if (end === -1) end = query.length;
    const raw = query.slice(start, end);
    const parameter = readParameter(raw);
    if (!keepsAll && isTracking(parameter, host, site)) {
      fired.push(`query-drop ${parameter.name}`);
      if (!dropped && start > 0) kept = query.slice(0, start - 1);
      dropped = true;
      continue;
    }
    if (dropped) kept = kept === undefined ? raw : `${kept}&${raw}`;
    if (parameter.text !== "") parameters.push(parameter);
  }
  return { kept: dropped ? (kept ?? "") : query, canonical: sorted(parameters, fired) };
}

/** Reads one part of a query into its canonical spelling. */
export function readParameter(raw: string): Parameter {
  let text = canonicalEscapes(raw, true);
  // What is left of an `&amp;` that began the query or was written with escapes.
  while (text.startsWith("amp;")) text = text.slice(4);
  const equals = text.indexOf("=");
  const name = equals === -1 ? text : text.slice(0, equals);
  if (isBlank(name)) return empty;
  if (equals === -1) return { name, value: "", text };
  return equals === text.length - 1
    ? { name, value: "", text: name }
    : { name, value: text.slice(equals + 1), text };
}

/** `text` is `name=value`, or `name` alone for an empty value; empty for a part without a name. */
export type Parameter = { name: string; value: string; text: string };

const empty: Parameter = { name: "", value: "", text: "" };

function isBlank(name: string): boolean {
  return name === "" || (name.startsWith("%20") && name.replaceAll("%20", "") === "");
}

/** When a parameter is tracking: always, with one of some values, or with a value of some shape. */
type Condition = true | Set<string> | readonly RegExp[];

const conditions = new Map<string, Condition>();
const sessionPrefixes: { prefix: string; shape: readonly RegExp[] }[] = [];
for (const { names } of trackingNames) for (const name of names) conditions.set(name, true);
for (const { name, values } of valueGuards) conditions.set(name, new Set<string>(values));
for (const { names, shape } of sessionShapes) {
  for (const name of names) {
    if (name.endsWith("*"))
      sessionPrefixes.push({ prefix: name.slice(0, -1), shape: shapes[shape] });
    else conditions.set(name, shapes[shape]);
  }
}
const prefixes = new Set<string>(trackingPrefixes.map(({ prefix }) => prefix));

function isTracking(parameter: Parameter, host: string, site: SiteRules | undefined): boolean {
  if (parameter.name === "") return false;
  const name = parameter.name.toLowerCase();
  const condition = conditions.get(name);
  if (condition !== undefined && holds(condition, parameter.value)) return true;
  if (prefixes.has(name.slice(0, name.indexOf("_") + 1))) return true;
  if (prefixes.has(name.slice(0, name.indexOf(".") + 1))) return true;
  for (const { prefix, shape } of sessionPrefixes) {
    if (name.startsWith(prefix) && holds(shape, parameter.value)) return true;
  }
  return site !== undefined && isSiteTracking(name, parameter.value, host, site);
}

function isSiteTracking(name: string, value: string, host: string, site: SiteRules): boolean {
  for (const { host: scope, rule } of site.parameters) {
    if (!covers(scope, host)) continue;
    if (rule.names.has(name) || rule.prefixes.some((prefix) => name.startsWith(prefix)))
      return true;
    if (rule.values.get(name)?.has(value.toLowerCase()) === true) return true;
  }
  return false;
}

function holds(condition: Condition, value: string): boolean {
  if (condition === true) return true;
  const lower = value.toLowerCase();
  return condition instanceof Set
    ? condition.has(lower)
    : condition.every((pattern) => pattern.test(lower));
}

/** Stable, by name and in code units: two values of one name keep their order. */
function sorted(parameters: Parameter[], fired: string[]): string {
  let text = "";
  let last = "";
  let inOrder = true;
  for (const parameter of parameters) {
    if (parameter.name < last) inOrder = false;
    last = parameter.name;
    text = text === "" ? parameter.text : `${text}&${parameter.text}`;
  }
  if (inOrder) return text;
  fired.push("query-sort");
  return parameters
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .map((parameter) => parameter.text)
    .join("&");
}
