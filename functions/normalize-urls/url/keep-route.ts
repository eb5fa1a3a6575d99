/**
 * Step 8: the fragment of a key, with `#`; empty unless it is a route of a page that runs in the
 * browser (`#/…`, `#!…`). `fragment` is the raw text after `#`.
 */
export function keepRoute(fragment: string, fired: string[]): string {
  if (!fragment.startsWith("/") && !fragment.startsWith("!")) {
    fired.push("fragment-drop");
    return "";
  }
  const directive = fragment.indexOf(":~:");
  let route = directive === -1 ? fragment : fragment.slice(0, directive);
  // A quote at the end of a key would be taken for one that surrounds it.
  if (route.includes("'")) route = route.replaceAll("'", "%27");
  if (route === "/" || route === "!" || route === "!/" || route === "") {
    fired.push("fragment-drop");
    return "";
  }
  fired.push("fragment-route");
  return `#${route}`;
}
