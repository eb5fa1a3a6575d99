import type { Random } from "../support/create-random.ts";
import type { MadeUpPage } from "./make-up-pages.ts";

const tracking = [
  ["utm_source=twitter", "utm_medium=social"],
  ["utm_source=twitter.com", "utm_campaign=autumn", "utm_content=%2Fhome"],
  ["fbclid=IwAR0madeUpMadeUpMadeUp"],
  ["gclid=EAIaIQmadeUp"],
  ["UTM_SOURCE=Newsletter"],
];
const fragments = ["#comments", "#top", "#:~:text=harbour"];

/**
 * Writes the address of a page the way people and share buttons do: the same page in many
 * spellings that a reader would not tell apart, and never the address of another page.
 */
export function spellLink(page: MadeUpPage, random: Random): string {
  return page.kind === "video" ? spellVideo(page.id, random) : spellPage(page, random);
}

function spellVideo(id: string, random: Random): string {
  return random.pick([
    `https://www.youtube.com/watch?v=${id}`,
    `https://youtu.be/${id}`,
    `https://youtu.be/${id}?t=${random.below(300)}`,
    `https://m.youtube.com/watch?v=${id}&feature=youtu.be`,
    `https://www.youtube.com/watch?feature=share&v=${id}`,
    `http://youtube.com/watch?v=${id}`,
  ]);
}

function spellPage(page: Extract<MadeUpPage, { kind: "page" }>, random: Random): string {
  const plain = random.chance(0.5);
  if (plain) return assemble("https", page.host, page.path, page.parameters, "");

  const scheme = random.chance(0.3) ? "http" : "https";
  const path = spellPath(page.path, random);
  const parameters = random.chance(0.3) ? page.parameters.toReversed() : [...page.parameters];
  if (random.chance(0.5)) {
    parameters.splice(random.below(parameters.length + 1), 0, ...random.pick(tracking));
  }
  const fragment = random.chance(0.12) ? random.pick(fragments) : "";
  return assemble(scheme, spellHost(page.host, scheme, random), path, parameters, fragment);
}

function spellHost(host: string, scheme: string, random: Random): string {
  const style = random.fraction();
  if (style < 0.4) return `www.${host}`;
  if (style < 0.46) return `m.${host}`;
  if (style < 0.52) return host.toUpperCase();
  if (style < 0.54) return `${host}:${scheme === "https" ? 443 : 80}`;
  return host;
}

function spellPath(path: string, random: Random): string {
  const style = random.fraction();
  if (style < 0.2) return encodeURI(path);
  if (style < 0.25) return encodeURI(path).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
  if (style < 0.45 && !path.endsWith(".php")) return `${path}/`;
  if (style < 0.48 && !path.endsWith(".php")) return `${path}/index.html`;
  return path;
}

function assemble(
  scheme: string,
  host: string,
  path: string,
  parameters: readonly string[],
  fragment: string,
): string {
  // Without a path a query needs the slash; without a query home pages are shared bare.
  const root = path === "" && parameters.length + fragment.length > 0 ? "/" : path;
  const query = parameters.length > 0 ? `?${parameters.join("&")}` : "";
  return `${scheme}://${host}${root}${query}${fragment}`;
}
