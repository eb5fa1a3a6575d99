import { trackingFamily, trackingNames } from "../rules/tracking-names.ts";
import { valueGuards } from "../rules/value-guards.ts";
import { valueShapes } from "../rules/value-shapes.ts";

/** Why a rule that fired did so, for people. `rule` as in `NormalizedUrl.rules`. */
export function describeRule(rule: string): string {
  const [name = "", subject = ""] = rule.split(" ");
  if (name === "query-drop")
    return `${subject} dropped: ${describeTracking(subject.toLowerCase())}`;
  if (name === "query-share") return `${subject} left out of the key: a token of whoever shares`;
  return `${descriptions.get(name) ?? name}${subject === "" ? "" : `: ${subject}`}`;
}

const descriptions = new Map([
  ["clean-surroundings", "white space, controls and quotes around a link are not part of it"],
  ["clean-ampersand", "&amp; is & escaped for HTML"],
  ["clean-scheme", "the scheme was broken or repeated"],
  ["clean-no-scheme", "no scheme means https"],
  ["unwrap", "a redirect wrapper carries the link"],
  ["unwrap-too-deep", "wrappers nested too deep are not followed"],
  ["host-trailing-dot", "the dot that ends a host name says nothing"],
  ["host-country-alias", "one site under many country domains"],
  ["host-www", "www names no page of its own"],
  ["host-device", "this label names a device, not a page"],
  ["host-alias", "both hosts serve the same pages"],
  ["path-alias", "the alias keeps the pages of this host below a path"],
  ["path-escapes", "one spelling of percent-escapes"],
  ["path-slashes", "empty path segments say nothing"],
  ["path-session", "a session id of one reader"],
  ["path-tracking", "this segment says where a reader clicked"],
  ["path-amp", "the AMP version of a page is the page"],
  ["path-index", "an index file is its folder"],
  ["query-sort", "the order of parameters says nothing"],
  ["fragment-drop", "a fragment is a place on the page"],
  ["fragment-route", "a route names a page of its own"],
  ["fragment-content", "the fragment is the content of this site's pages"],
  ["fragment-hashbang", "this site serves its #! routes as paths today"],
  ["platform", "the platform serves this page under many addresses"],
  ["too-long", "over 4,096 characters, the key is a hash of the whole"],
]);

function describeTracking(name: string): string {
  const { prefix, source } = trackingFamily;
  if (name.startsWith(prefix)) return `tracking, family ${prefix} (${source})`;
  const group = trackingNames.find(({ names }) => names.some((known) => known === name));
  if (group !== undefined) return `tracking on every site (${group.source})`;
  if (valueGuards.some((guard) => guard.name === name))
    return "tracking with this value, or on this site";
  const shape = valueShapes.find(({ names }) =>
    names.some((known) =>
      known.endsWith("*") ? name.startsWith(known.slice(0, -1)) : name === known,
    ),
  );
  if (shape === undefined) return "tracking on this site";
  return shape.why === "session" ? "a session id of one reader" : "a token of whoever shares";
}
