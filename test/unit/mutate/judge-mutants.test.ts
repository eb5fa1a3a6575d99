import { describe, expect, test } from "vitest";
import { judgeMutants, type Mutant, scoreOf } from "../../mutate/judge-mutants.ts";

const source = "export const isLarge = (n: number) =>\n  n > 9 && n < 99;\n";
const readSource = () => source;

const mutant = (status: string, fields: Partial<Mutant> = {}): Mutant => ({
  fileName: "shared/a.ts",
  location: { start: { line: 2, column: 3 }, end: { line: 2, column: 8 } },
  replacement: "n >= 9",
  status,
  ...fields,
});
const excuse = { file: "shared/a.ts", was: "n > 9", becomes: "n >= 9", because: "nobody is 9" };

describe("faults that were planted", () => {
  test.each([
    ["Killed", { told: 1, excused: 0, untold: 0 }],
    ["Timeout", { told: 1, excused: 0, untold: 0 }],
    ["Survived", { told: 0, excused: 0, untold: 1 }],
    ["NoCoverage", { told: 0, excused: 0, untold: 1 }],
    ["RuntimeError", { told: 0, excused: 0, untold: 0 }],
    ["Ignored", { told: 0, excused: 0, untold: 0 }],
  ])("%s", (status, count) => {
    const { files } = judgeMutants([mutant(status)], [], readSource);
    expect([...files]).toEqual([["shared/a.ts", count]]);
  });

  test("are shown as what was changed into what, in their order", () => {
    const block = { start: { line: 1, column: 37 }, end: { line: 2, column: 8 } };
    const mutants = [
      mutant("Survived"),
      mutant("NoCoverage", { location: block, replacement: "" }),
      mutant("Survived", { fileName: "shared/A.ts" }),
    ];
    expect(judgeMutants(mutants, [], readSource).untold).toEqual([
      "shared/a.ts:1  > n > 9  →  ",
      "shared/a.ts:2  n > 9  →  n >= 9",
      "shared/A.ts:2  n > 9  →  n >= 9",
    ]);
  });

  test("of much code are shown by its beginning", () => {
    const [line] = judgeMutants(
      [mutant("Survived", { replacement: "x".repeat(200) })],
      [],
      readSource,
    ).untold;
    expect(line).toBe(`shared/a.ts:2  n > 9  →  ${"x".repeat(120)} …`);
  });

  test("that are none do not count, and only where they are", () => {
    const mutants = [mutant("Survived"), mutant("Survived", { fileName: "shared/b.ts" })];
    const { files, untold, stale } = judgeMutants(mutants, [excuse], readSource);
    expect(files.get("shared/a.ts")).toEqual({ told: 0, excused: 1, untold: 0 });
    expect(untold).toEqual(["shared/b.ts:2  n > 9  →  n >= 9"]);
    expect(stale).toEqual([]);
  });

  test("that are none may run out of time, which tells nothing", () => {
    const { files, stale } = judgeMutants([mutant("Timeout")], [excuse], readSource);
    expect([...files.values()]).toEqual([{ told: 0, excused: 1, untold: 0 }]);
    expect(stale).toEqual([]);
  });

  test("that are said to be none, and are told, are named", () => {
    expect(judgeMutants([mutant("Killed")], [excuse], readSource).stale).toEqual([excuse]);
    const elsewhere = mutant("Killed", { fileName: "shared/b.ts" });
    expect(judgeMutants([elsewhere], [excuse], readSource).stale).toEqual([]);
  });
});

test("the score is the share of those that are faults", () => {
  expect(scoreOf([{ told: 3, excused: 9, untold: 1 }])).toBe(75);
  expect(
    scoreOf([
      { told: 1, excused: 0, untold: 0 },
      { told: 0, excused: 0, untold: 1 },
    ]),
  ).toBe(50);
  expect(scoreOf([])).toBe(100);
});
