import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { threadCpuMs } from "../support/thread-cpu-ms.ts";

const root = new URL("../../", import.meta.url);
const sources = [
  ...["extract-links.ts", "measure-path.ts", "scan-host.ts"].map(
    (name) => `functions/normalize-tweets/${name}`,
  ),
  "shared/links/normalize-url.ts",
  ...["url", "rules"].flatMap((name) =>
    readdirSync(new URL(`shared/links/${name}/`, root)).map(
      (file) => `shared/links/${name}/${file}`,
    ),
  ),
].map((name) => ({ name, text: readFileSync(new URL(name, root), "utf8") }));

type Literal = { source: string; flags: string };

/** The regex literals of a source: `/…/flags` where a value may stand. */
function findLiterals(text: string): Literal[] {
  const code = text.replaceAll(/^\s*(?:\/\/|\*|\/\*\*).*$/gm, "");
  const literal =
    /(?<=[(,=:[!&|?{}\s]\s*)\/((?:\[(?:\\.|[^\]\\\n])+\]|\\.|[^/\\\n[*])(?:\[(?:\\.|[^\]\\\n])+\]|\\.|[^/\\\n[])*)\/([a-z]*)/g;
  return [...code.matchAll(literal)].map(([, source = "", flags = ""]) => ({ source, flags }));
}

/**
 * Why a regex may take more than linear time; undefined when it cannot: it looks neither around
 * nor back, and whatever repeats without bound is the whole pattern, or the match can begin at
 * one place only and nothing unbounded stands inside a repetition.
 */
function findRisk({ source, flags }: Literal): string | undefined {
  const plain = source.replaceAll(/\\[\s\S]/g, "x").replaceAll(/\[[^\]]*\]/g, "x");
  if (/\(\?<?[=!]/.test(plain)) return "looks around";
  if (/\\[1-9k]/.test(source)) return "looks back";
  const isFixed = source.startsWith("^") || flags.includes("y");
  const unbounded = plain.match(/[*+]|\{\d+,\}/g) ?? [];
  if (unbounded.length === 0 && (isFixed || !/\{\d+,\d+\}/.test(plain))) return undefined;
  if (/^(?:[^()]|\(\?:[^()*+{]*\))(?:[*+]|\{\d+,\d*\})$/.test(plain)) return undefined;
  if (!isFixed) return "repeats from any place";
  return unbounded.length > 1 ? "repeats twice" : undefined;
}

describe("the regex literals of the normalizer", () => {
  const literals = sources.flatMap(({ name, text }) =>
    findLiterals(text).map((literal) => ({ ...literal, name })),
  );

  it("are found", () => {
    expect(literals.length).toBeGreaterThan(30);
    expect(literals.map(({ source }) => source)).toContain("^www\\d{0,3}$");
  });

  it.each(literals)("$name: /$source/$flags is linear", (literal) => {
    expect(findRisk(literal)).toBeUndefined();
  });

  it.each(literals)("$name: /$source/$flags is quick on what it almost matches", (literal) => {
    const pattern = new RegExp(literal.source, literal.flags);
    for (const pump of pumps(literal.source)) {
      const text = `${pump.repeat(Math.ceil(100_000 / pump.length))}\u0001`;
      pattern.lastIndex = 0;
      const took = threadCpuMs(() => pattern.exec(text));
      expect(took, JSON.stringify(pump)).toBeLessThan(500);
    }
  });
});

describe("the check itself", () => {
  it.each(["(a+)+$", "a*b", "^(a|b)*c*d*$", "(?=a)b", "x+$", "(a)\\1", "\\s+$", "a{1,512}$"])(
    "refuses /%s/",
    (source) => {
      expect(findRisk({ source, flags: "" })).toBeDefined();
    },
  );

  it.each(["a+", "[^/]{2,}", "^[a-z]+:", "^www\\d{0,3}$", "[\\t\\n]", "%[2-7][0-9a-f]"])(
    "takes /%s/",
    (source) => {
      expect(findRisk({ source, flags: "" })).toBeUndefined();
    },
  );
});

describe("the sources of the normalizer", () => {
  it.each(sources)(
    "$name uses no query parser of the platform and touches no prototype",
    ({ text }) => {
      expect(text).not.toMatch(/URLSearchParams|searchParams/);
      expect(text).not.toMatch(/\.prototype|__proto__|setPrototypeOf|defineProperty/);
    },
  );

  it.each(sources)("$name does no I/O and has no clock or chance", ({ text }) => {
    const imports = [...text.matchAll(/from "([^"]+)"/g)].map(([, name]) => name);
    const allowed = /^(?:(?:\.\.?\/)+[a-z/-]+\.ts|node:crypto|tldts|tlds|linkify-it)$/;
    for (const name of imports) expect(name).toMatch(allowed);
    expect(text).not.toMatch(/\bfetch\(|Math\.random|Date\.|new Date|process\./);
  });
});

/** Short texts of the characters that a pattern speaks of. */
function pumps(source: string): string[] {
  const characters = new Set(source.replaceAll(/\\[dDwWsSbBpPu]/g, "0a").replaceAll("\\", ""));
  const singles = [...characters].slice(0, 24);
  return [...singles, ...singles.slice(0, 8).flatMap((a) => singles.slice(0, 8).map((b) => a + b))];
}
