import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scanJson } from "../../shared/codec/scan-json.ts";

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const scan = (text: string) => scanJson(Buffer.from(text));

describe("JSON.parse and the scan agree", () => {
  /** Pieces that make and break JSON. */
  const pieces = '[ ] { } : , " \\ / - + . e E 0 1 9 a f t u true false null \\u \\ud83d "a" é ☕'
    .split(" ")
    .concat(" ", "\n", "\t", "\u0000", "\u007f", "\u2028");
  const runs = { numRuns: 20_000, seed: 20_261_118 };

  test("on JSON", () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: "binary" }), (text) => {
        const value: unknown = JSON.parse(text);
        const shape = scan(text);
        expect(shape).toMatchObject(
          Array.isArray(value)
            ? { kind: "array", elements: value.length }
            : { elements: expect.any(Number) },
        );
      }),
      { ...runs, numRuns: 2_000 },
    );
  });

  test("on JSON with a piece put in, taken out or replaced", () => {
    const change = fc.record({
      text: fc.json({ stringUnit: "binary" }),
      place: fc.nat(),
      removed: fc.nat(2),
      put: fc.constantFrom("", ...pieces),
    });
    const verdicts = { agreed: 0, json: 0 };
    fc.assert(
      fc.property(change, ({ text, place, removed, put }) => {
        const at = place % (text.length + 1);
        // A half of a surrogate pair cannot be sent.
        const changed = (text.slice(0, at) + put + text.slice(at + removed)).toWellFormed();
        const expected = isJson(changed);
        verdicts.agreed += 1;
        if (expected) verdicts.json += 1;
        expect(scan(changed) !== "malformed", changed).toBe(expected);
      }),
      runs,
    );
    expect(verdicts.json).toBeGreaterThan(300);
    expect(verdicts.agreed - verdicts.json).toBeGreaterThan(300);
  });

  test("on any row of pieces", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 8 }), (row) => {
        const text = row.join("");
        expect(scan(text) !== "malformed", text).toBe(isJson(text));
      }),
      { ...runs, numRuns: 20_000 },
    );
  });
});
