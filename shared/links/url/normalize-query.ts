import { canonicalEscapes } from "./escape-text.ts";
import { judgeParameter, type Verdict } from "./judge-parameter.ts";
import { includesHost, type SiteRules } from "./site-rules.ts";

/** The two queries of a link, both without `?`: as it is fetched, and as it is compared. */
export type Query = {
  /** Without tracking parameters; the others byte for byte and in order. */
  kept: string;
  canonical: string;
};

/**
 * Step 7: drops tracking parameters, then spells and sorts the rest. `query` is the raw text
 * between `?` and `#`; it is split on `&`, because the platform's own query parser rewrites bytes,
 * and on a second `?`, which people write for one.
 */
export function normalizeQuery(
  query: string,
  host: string,
  site: SiteRules | undefined,
  fired: string[],
): Query {
  const parameters = splitQuery(query);
  let names: Set<string> | undefined;
  const hasName = (name: string) => {
    names ??= new Set(parameters.map((parameter) => parameter.name.toLowerCase()));
    return names.has(name);
  };
  const keepsAll = includesHost(site?.exceptions, host);
  const compared: Parameter[] = [];
  let kept: string | undefined;
  for (const [index, parameter] of parameters.entries()) {
    const verdict: Verdict = keepsAll ? "keep" : judgeParameter(parameter, hasName, host, site);
    if (verdict !== "keep") fired.push(`query-${verdict} ${parameter.name}`);
    else if (parameter.text !== "") compared.push(parameter);
    if (verdict === "drop") continue;
    const { start } = parameter;
    const end = parameters[index + 1]?.start ?? query.length + 1;
    kept =
      kept === undefined ? query.slice(start, end - 1) : kept + query.slice(start - 1, end - 1);
  }
  return { kept: kept ?? "", canonical: sorted(compared, fired) };
}

/** Reads one part of a query into its canonical spelling. */
export function readParameter(raw: string, start = 0): Parameter {
  let text = canonicalEscapes(raw, "query");
  // What is left of an `&amp;` that began the query or was written with escapes.
  while (text.startsWith("amp;") || text.startsWith(";")) text = text.slice(text.indexOf(";") + 1);
  const equals = text.indexOf("=");
  const name = equals === -1 ? text : text.slice(0, equals);
  if (isBlank(name)) return { name: "", value: "", text: "", start };
  if (equals === -1) return { name, value: "", text, start };
  return equals === text.length - 1
    ? { name, value: "", text: name, start }
    : { name, value: text.slice(equals + 1), text, start };
}

/**
 * `text` is `name=value`, or `name` alone for an empty value; empty for a part without a name.
 * `start` is where it stands in its query.
 */
export type Parameter = { name: string; value: string; text: string; start: number };

function splitQuery(query: string): Parameter[] {
  const parameters: Parameter[] = [];
  let start = 0;
  for (let at = 0; at <= query.length; at++) {
    const code = query.charCodeAt(at);
    if (code !== AMPERSAND && code !== QUESTION && at < query.length) continue;
    parameters.push(readParameter(query.slice(start, at), start));
    start = at + 1;
  }
  return parameters;
}

const AMPERSAND = 0x26;
const QUESTION = 0x3f;

const isBlank = (name: string): boolean =>
  name === "" || (name.startsWith("%20") && name.replaceAll("%20", "") === "");

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
