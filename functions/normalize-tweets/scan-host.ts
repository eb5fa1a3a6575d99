import tlds from "tlds" with { type: "json" };

/** Where a host, or what only looks like one, ends. */
export type ScannedHost = { isHost: boolean; end: number };

/**
 * Reads the host that begins at `start`. After a scheme it may be in any script (`unicode`);
 * without one its labels are in Latin letters, but for the last.
 */
export function scanHost(text: string, start: number, unicode: boolean): ScannedHost {
  const word = unicode ? unicodeWord : latinWord;
  word.lastIndex = start;
  const run = word.exec(text)?.[0] ?? "";
  const runEnd = start + run.length;
  if (run.length > maxHost * 2 || !run.includes(".")) return { isHost: false, end: runEnd };

  const end = start + hostLength(run, text.slice(runEnd, runEnd + maxTld));
  if (end === start || isJoined(text, end)) return { isHost: false, end: runEnd };
  return { isHost: isValidHost(text.slice(start, end)), end };
}

/** RFC 1035: at most 253 characters in writing, 63 a label. */
const maxHost = 253;
const maxLabel = 63;

const latinWord = /[A-Za-z0-9._\u00c0-\u024f-]+/y;
const unicodeWord = /(?:[A-Za-z0-9._-]|[^\p{ASCII}\p{P}\p{Z}\p{C}])+/uy;

const known = new Set(tlds);
const maxTld = Math.max(...tlds.map((tld) => tld.length));

/** The length of the host at the beginning of a run of letters, digits, dots and hyphens. */
function hostLength(run: string, after: string): number {
  let end = run.length;
  while (run.charAt(end - 1) === ".") end--;
  const trimmed = run.slice(0, end);
  const labels = trimmed.split(".");
  if (labels.length > 1 && isTld(labels.at(-1) ?? "")) return trimmed.length;
  // `twitter.みんなです`: the last label is in another script than the others.
  if (run.length === trimmed.length + 1) {
    const tld = longestTld(after);
    if (tld > 0) return run.length + tld;
  }
  // `example.comだよね`: the text goes on without a space.
  let length = run.indexOf(".");
  for (const label of labels.slice(1)) {
    const tld = longestTld(label);
    if (tld > 0) return length + 1 + tld;
    length += 1 + label.length;
  }
  return 0;
}

/** The longest top-level domain that a label begins with, before a letter of another script. */
function longestTld(label: string): number {
  const latin = /^[A-Za-z0-9-]{1,63}/.exec(label)?.[0] ?? "";
  if (latin !== "") return latin.length < label.length && isTld(latin) ? latin.length : 0;
  for (let length = Math.min(label.length, maxTld); length > 0; length--) {
    if (isTld(label.slice(0, length))) return length;
  }
  return 0;
}

function isTld(label: string): boolean {
  const lower = label.toLowerCase();
  return known.has(lower) || /^xn--[a-z0-9-]{1,59}$/.test(lower);
}

/** `gov` in `john.doe.gov@mail.com` ends no host. */
function isJoined(text: string, end: number): boolean {
  return /[A-Za-z0-9@+_-]/.test(text.slice(end, end + 1));
}

function isValidHost(host: string): boolean {
  const labels = host.split(".");
  for (const label of labels) {
    if (label === "" || /^[-_]|[-_]$/.test(label)) return false;
  }
  if (String(labels.at(-2)).includes("_")) return false;
  const isAscii = /^[A-Za-z0-9._-]+$/.test(host);
  const name = isAscii ? host : URL.parse(`http://${host}`)?.hostname;
  if (name === undefined || name.length > maxHost) return false;
  return name.split(".").every((label) => label.length <= maxLabel);
}
