import type { Host } from "./normalize-host.ts";
import { covers, type FragmentRule } from "./site-rules.ts";

/**
 * Step 8: the fragment of a key, with `#`; empty unless it is a route of a page that runs in the
 * browser (`#/…`, `#!…`), or the content of its page, as on some sites. `fragment` is the raw text
 * after `#`; `path` is canonical.
 */
export function keepRoute(fragment: string, host: Host, path: string, fired: string[]): string {
  const directive = fragment.indexOf(":~:");
  const whole = directive === -1 ? fragment : fragment.slice(0, directive);
  const isRoute = whole.startsWith("/") || whole.startsWith("!");
  // A quote at the end of a key would be taken for one that surrounds it.
  const route = (isRoute ? whole : contentOf(whole, host, path)).replaceAll("'", "%27");
  if (route === "/" || route === "!" || route === "!/" || route === "") {
    fired.push("fragment-drop");
    return "";
  }
  fired.push(isRoute ? "fragment-route" : "fragment-content");
  return `#${route}`;
}

/** What of a fragment is the content of its page; empty when nothing is. */
function contentOf(fragment: string, host: Host, path: string): string {
  const rule = host.site?.fragments.find(
    ({ host: scope, rule: { paths } }) =>
      covers(scope, host.name) && (paths === undefined || paths.includes(path)),
  )?.rule;
  if (rule === undefined) return "";
  return rule.parameters === undefined ? fragment : parametersOf(fragment, rule.parameters);
}

function parametersOf(
  fragment: string,
  parameters: NonNullable<FragmentRule["parameters"]>,
): string {
  return fragment
    .split("&")
    .filter((part) => parameters.some((name) => part.startsWith(`${name}=`) && part !== `${name}=`))
    .join("&");
}
