import { RE2JS } from "re2js";

import {
  define1,
  define2,
  define3,
  define4,
  type EngineFunction,
  integer,
  text,
  texts,
} from "./engine-function.ts";

/** RE2 in JavaScript: DuckDB's own does not tell a group that is empty from one that is missing. */
const patterns = new Map<string, RE2JS>();
const keptPatterns = 500;

export const regexpEngineFunctions: EngineFunction[] = [
  define1("bq_check_pattern", text, text, (pattern) => {
    compilePattern(pattern);
    return pattern;
  }),
  define4(
    "bq_regexp_extract",
    text,
    text,
    integer,
    integer,
    text,
    (value, pattern, place, occurrence) => {
      const found = findMatch(value, pattern, place, occurrence, "REGEXP_EXTRACT");
      return found ? found.text : null;
    },
  ),
  define2("bq_regexp_extract_all", text, text, texts, (value, pattern) => {
    const compiled = compileExtracting(pattern);
    const found: (string | null)[] = [];
    const matcher = compiled.matcher(value);
    while (matcher.find()) found.push(matcher.group(compiled.groupCount() > 0 ? 1 : 0) ?? "");
    return found;
  }),
  define4(
    "bq_regexp_instr",
    text,
    text,
    integer,
    integer,
    integer,
    (value, pattern, place, occurrence) => {
      const found = findMatch(value, pattern, place, occurrence, "REGEXP_INSTR");
      return found ? BigInt(Array.from(value.slice(0, found.start)).length + 1) : 0n;
    },
  ),
  define3("bq_regexp_replace", text, text, text, text, replaceAll),
];

/** Refuses what RE2 does not read. */
function compilePattern(pattern: string): RE2JS {
  const known = patterns.get(pattern);
  if (known) return known;
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern);
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : "";
    throw new RangeError(`Cannot parse regular expression: ${sayProblem(problem)}`, { cause });
  }
  if (patterns.size >= keptPatterns) patterns.clear();
  patterns.set(pattern, compiled);
  return compiled;
}

/** The same problem in the words of RE2 in C++. */
const problems: [RegExp, string][] = [
  [/missing closing \)/, "missing )"],
  [/missing closing \]/, "missing ]"],
  [/missing argument to repetition operator/, "no argument for repetition operator"],
  [/invalid nested repetition operator/, "bad repetition operator"],
  [/invalid repeat count/, "invalid repetition size"],
  [/invalid or unsupported Perl syntax/, "invalid perl operator"],
  [/trailing backslash at end of expression/, "trailing \\"],
];

function sayProblem(problem: string): string {
  const plain = problem.replace(/^error parsing regexp: /, "").replace(/`([^`]*)`/g, "$1");
  const known = problems.find(([pattern]) => pattern.test(plain));
  return known ? plain.replace(...known) : plain;
}

function compileExtracting(pattern: string): RE2JS {
  const compiled = compilePattern(pattern);
  if (compiled.groupCount() <= 1) return compiled;
  throw new RangeError(
    "Regular expressions passed into extraction functions must not have more than 1 capturing group",
  );
}

function findMatch(
  value: string,
  pattern: string,
  place: bigint,
  occurrence: bigint,
  name: string,
) {
  if (place < 1n) throw new RangeError(`Position must be positive in ${name}`);
  if (occurrence < 1n) throw new RangeError(`Occurrence must be positive in ${name}`);
  const compiled = compileExtracting(pattern);
  const characters = Array.from(value);
  if (Number(place) > characters.length + 1) return undefined;
  const before = characters.slice(0, Number(place) - 1).join("").length;
  const matcher = compiled.matcher(value.slice(before));
  const group = compiled.groupCount() > 0 ? 1 : 0;
  for (let left = occurrence; left > 0n; left -= 1n) {
    if (!matcher.find()) return undefined;
  }
  const start = matcher.start(group);
  if (start < 0) return undefined;
  return { text: matcher.group(group) ?? "", start: before + start };
}

/** `\1` to `\9` are the groups, `\0` is all, and `\\` a backslash. */
function replaceAll(value: string, pattern: string, replacement: string): string {
  const compiled = compilePattern(pattern);
  const groups = compiled.groupCount();
  const pieces: (number | string)[] = [];
  for (const [piece] of replacement.matchAll(/\\(?:[\s\S]|$)|[^\\]+/g)) {
    if (!piece.startsWith("\\")) pieces.push(piece);
    else if (piece === "\\\\") pieces.push("\\");
    else if (/^\\\d$/.test(piece)) pieces.push(Number(piece[1]));
    else {
      throw new RangeError(
        "Invalid REGEXP_REPLACE pattern: Rewrite schema error: '\\' must be followed by a digit or '\\'.",
      );
    }
  }
  const most = Math.max(0, ...pieces.filter((piece) => typeof piece === "number"));
  if (most > groups) {
    throw new RangeError(
      `Invalid REGEXP_REPLACE pattern: Rewrite schema requests ${most} matches, but the regexp only has ${groups} parenthesized subexpressions.`,
    );
  }
  const matcher = compiled.matcher(value);
  let result = "";
  let from = 0;
  while (matcher.find()) {
    result += value.slice(from, matcher.start());
    for (const piece of pieces) {
      result += typeof piece === "number" ? (matcher.group(piece) ?? "") : piece;
    }
    from = matcher.end();
  }
  return result + value.slice(from);
}
