import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkJson, type JsonKind } from "../../functions/load-object/check-json.ts";

const check = (text: string): JsonKind => checkJson(Buffer.from(text));

/** What the platform's parser says. */
function kindOf(text: string): JsonKind {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? "object"
      : "other";
  } catch {
    return "malformed";
  }
}

describe("a JSON check", () => {
  test.each<[string, JsonKind]>([
    ["{}", "object"],
    ['  {"a" : [1, -2.5e+10, true, false, null, {"b":"\\u00e9\\n"}]}\r\n', "object"],
    ['{"a":{},"a":[]}', "object"],
    ["[]", "other"],
    ["[[],{}]", "other"],
    ['"x"', "other"],
    ["0", "other"],
    ["-0.0E-1", "other"],
    ["null", "other"],
    ["", "malformed"],
    [" ", "malformed"],
    ["{", "malformed"],
    ["}", "malformed"],
    ["{}{}", "malformed"],
    ["{},", "malformed"],
    ["{]", "malformed"],
    ["[}", "malformed"],
    ['{"a"}', "malformed"],
    ['{"a":}', "malformed"],
    ['{"a":1,}', "malformed"],
    ["{,}", "malformed"],
    ["{1:2}", "malformed"],
    ["[1,]", "malformed"],
    ["[,1]", "malformed"],
    ["[1 2]", "malformed"],
    ["01", "malformed"],
    ["1.", "malformed"],
    [".5", "malformed"],
    ["+1", "malformed"],
    ["-", "malformed"],
    ["1e", "malformed"],
    ["1e+", "malformed"],
    ["NaN", "malformed"],
    ["nul", "malformed"],
    ["nullx", "malformed"],
    ["True", "malformed"],
    ["'a'", "malformed"],
    ['"', "malformed"],
    ['"\\', "malformed"],
    ['"\\x"', "malformed"],
    ['"\\u00g0"', "malformed"],
    ['"\\u00', "malformed"],
    ['"a\nb"', "malformed"],
    ['"a\u0000b"', "malformed"],
    ["\u00a0{}", "malformed"],
    ["\f{}", "malformed"],
    ["\ufeff{}", "malformed"],
  ])("of %j says %s", (text, kind) => {
    expect(check(text)).toBe(kind);
    expect(kindOf(text)).toBe(kind);
  });

  test("knows no bound of nesting", () => {
    for (const depth of [511, 512, 513, 100_000]) {
      expect(check(`${'{"a":['.repeat(depth)}1${"]}".repeat(depth)}`)).toBe("object");
      expect(check(`${"[".repeat(depth)}${"]".repeat(depth)}`)).toBe("other");
      expect(check(`${"[".repeat(depth)}${"]".repeat(depth - 1)}`)).toBe("malformed");
    }
  });

  test("agrees with the platform's parser on any JSON", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => check(text) === kindOf(text)),
      { numRuns: 2_000 },
    );
  });

  test("agrees with the platform's parser on JSON with one byte changed, put in or left out", () => {
    const bytes = fc.constantFrom(
      ...Array.from('{}[]:,"\\/0123456789.eE+-truefalsn ux\t\n\r\u0001'),
    );
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 4, noUnicodeString: true }),
        fc.nat(),
        fc.nat(2),
        bytes,
        (text, position, removed, byte) => {
          const at = position % (text.length + 1);
          const changed = text.slice(0, at) + byte + text.slice(at + removed);
          return check(changed) === kindOf(changed);
        },
      ),
      { numRuns: 20_000 },
    );
  });
});
