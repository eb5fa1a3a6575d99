import { keyOnlyNames, trackingFamily, trackingNames } from "../rules/tracking-names.ts";
import { valueGuards } from "../rules/value-guards.ts";
import { valueShapes } from "../rules/value-shapes.ts";
import { hasShape, type Shape } from "./has-shape.ts";
import { covers, type SiteRules } from "./site-rules.ts";

/**
 * `drop`: tracking, neither fetched nor compared. `share`: unique to whoever shares, so that it is
 * not compared, but what the link needs to open, so that it is fetched.
 */
export type Verdict = "keep" | "drop" | "share";

/**
 * What becomes of a parameter on a host. `name` is canonical, in any case; `hasName` tells whether
 * the whole query has a name, given in lower case.
 */
export function judgeParameter(
  parameter: { name: string; value: string },
  hasName: HasName,
  host: string,
  site: SiteRules | undefined,
): Verdict {
  const name = parameter.name.toLowerCase();
  if (name.startsWith(trackingFamily.prefix)) return "drop";
  const { value } = parameter;
  const conditions = conditionsOf.get(name);
  if (conditions !== undefined) {
    const lower = value.toLowerCase();
    for (const condition of conditions) {
      if (holds(condition, lower, hasName)) return condition.verdict;
    }
  }
  for (const { prefix, shape } of prefixes) {
    if (name.startsWith(prefix) && hasShape(shape, value.toLowerCase())) return "drop";
  }
  return site === undefined ? "keep" : judgeOnSite(name, value, host, site);
}

type HasName = (name: string) => boolean;

/** When a parameter is no content: always, with some values, or with a value of some shape. */
type Condition = {
  verdict: Verdict;
  values?: ReadonlySet<string>;
  shape?: Shape;
  beside?: readonly string[];
};

const conditionsOf = new Map<string, Condition[]>();
const prefixes: { prefix: string; shape: Shape }[] = [];

for (const { names } of trackingNames) for (const name of names) add(name, { verdict: "drop" });
for (const { name } of keyOnlyNames) add(name, { verdict: "share" });
for (const guard of valueGuards) {
  const values = new Set<string>(guard.values);
  const condition: Condition = { verdict: "drop", values };
  add(guard.name, "beside" in guard ? { ...condition, beside: guard.beside } : condition);
}
for (const entry of valueShapes) {
  const condition: Condition = { verdict: "drop", shape: entry.shape };
  for (const name of entry.names) {
    if (name.endsWith("*")) prefixes.push({ prefix: name.slice(0, -1), shape: entry.shape });
    else add(name, "beside" in entry ? { ...condition, beside: entry.beside } : condition);
  }
}

function add(name: string, condition: Condition): void {
  const known = conditionsOf.get(name);
  if (known === undefined) conditionsOf.set(name, [condition]);
  else known.push(condition);
}

/** `value` is in lower case. */
function holds(condition: Condition, value: string, hasName: HasName): boolean {
  const { values, shape, beside } = condition;
  if (values !== undefined && !values.has(value)) return false;
  if (shape !== undefined && !hasShape(shape, value)) return false;
  return beside === undefined || beside.some(hasName);
}

function judgeOnSite(name: string, value: string, host: string, site: SiteRules): Verdict {
  for (const { host: scope, rule } of site.parameters) {
    if (!covers(scope, host)) continue;
    if (rule.names.has(name) || rule.prefixes.some((prefix) => name.startsWith(prefix)))
      return "drop";
    if (rule.values.get(name)?.has(value.toLowerCase()) === true) return "drop";
    if (rule.shares.has(name)) return "share";
  }
  return "keep";
}
