import { domainToUnicode } from "node:url";

/** What no reader sees, or what turns the order of what stands beside it. */
const invisible = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\u3164]/u;
/** Scripts that are written together; every other pair in one label is escaped. */
const together: readonly (readonly string[])[] = [
  ["Latin", "Han", "Hiragana", "Katakana"],
  ["Latin", "Han", "Bopomofo"],
  ["Latin", "Han", "Hangul"],
];
const scripts = [
  "Latin",
  "Cyrillic",
  "Greek",
  "Armenian",
  "Georgian",
  "Cherokee",
  "Hebrew",
  "Arabic",
  "Devanagari",
  "Bengali",
  "Tamil",
  "Telugu",
  "Kannada",
  "Malayalam",
  "Gujarati",
  "Gurmukhi",
  "Sinhala",
  "Thai",
  "Lao",
  "Khmer",
  "Myanmar",
  "Tibetan",
  "Ethiopic",
  "Hangul",
  "Han",
  "Hiragana",
  "Katakana",
  "Bopomofo",
].map((name) => ({ name, letter: new RegExp(`\\p{Script_Extensions=${name}}`, "u") }));
/** Neither a letter of a known script nor one that all scripts share. */
const plain = /^[\p{Script=Common}\p{Script=Inherited}]$/u;
/** Letters that look like Latin ones: a label of nothing else could be taken for another. */
const latinLookalikes = /^[аеорсухіјѕһӏҽԍѡԁԛԝьѵкмнтвгзпαονικτρυχωհոսցօզ0-9-]+$/u;

/**
 * A link as people read it: without `https://`, international names and percent-escapes decoded
 * where that is safe. What could deceive stays escaped: names that mix scripts or look like others,
 * what turns the direction of writing, what cannot be seen, and what would change where the link leads.
 */
export function showLink(url: string): string {
  const link = URL.canParse(url) ? new URL(url) : undefined;
  if (link === undefined || !/^https?:$/.test(link.protocol)) return escapeInvisible(url);
  const name = link.hostname.split(".").map(showLabel).join(".");
  const port = link.port === "" ? "" : `:${link.port}`;
  const user = link.username === "" && link.password === "" ? "" : `${link.username}@`;
  const path = link.pathname === "/" && link.search === "" && link.hash === "" ? "" : link.pathname;
  return `${user}${name.replace(/^www\./, "")}${port}${decodeSafely(path + link.search + link.hash)}`;
}

/** Where a link leads; undefined unless it leads somewhere on the web. */
export function hrefOf(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, href } = new URL(url);
  return protocol === "http:" || protocol === "https:" ? href : undefined;
}

function showLabel(label: string): string {
  if (!label.startsWith("xn--")) return label;
  const decoded = domainToUnicode(label);
  return decoded === "" ||
    invisible.test(decoded) ||
    !isOneScript(decoded) ||
    latinLookalikes.test(decoded)
    ? label
    : decoded;
}

function isOneScript(text: string): boolean {
  const found = new Set<string>();
  let candidates: ReadonlySet<string> | undefined;
  for (const character of text) {
    if (plain.test(character) && scripts.every(({ letter }) => !letter.test(character))) continue;
    const own = new Set(
      scripts.flatMap(({ name, letter }) => (letter.test(character) ? [name] : [])),
    );
    if (own.size === 0) return false;
    for (const name of own) found.add(name);
    candidates = candidates === undefined ? own : candidates.intersection(own);
  }
  if (candidates === undefined || candidates.size > 0) return true;
  return together.some((set) => [...found].every((name) => set.includes(name)));
}

/** Percent-escapes of UTF-8, as long as nobody reads something else than what it is. */
const decodeSafely = (text: string): string =>
  text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    let shown = "";
    for (let at = 0; at < escapes.length; ) {
      const length = sequenceLength(Number.parseInt(escapes.slice(at + 1, at + 3), 16)) * 3;
      const sequence = escapes.slice(at, at + length);
      shown += decodeOne(sequence) ?? sequence;
      at += length;
    }
    return shown;
  });

const sequenceLength = (lead: number): number =>
  lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;

function decodeOne(sequence: string): string | undefined {
  try {
    const character = decodeURIComponent(sequence);
    // What is ASCII and escaped is escaped because it means something: a slash, a space, a quote.
    const isSafe =
      !/^[\0-\x7f]$/.test(character) && !invisible.test(character) && !/^\p{M}/u.test(character);
    return isSafe ? character : undefined;
  } catch {
    return undefined;
  }
}

const escapeInvisible = (text: string): string =>
  text.replace(/[\p{C}\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu, (character) =>
    encodeURIComponent(character.isWellFormed() ? character : "\ufffd"),
  );
