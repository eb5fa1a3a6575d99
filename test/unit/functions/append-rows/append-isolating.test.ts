import { describe, expect, test } from "vitest";
import { appendIsolating } from "../../../../functions/append-rows/append-isolating.ts";
import { tables } from "../../../../shared/rows/tables.ts";

const [table] = tables;
if (table === undefined) throw new Error("there is no table");

const sized = (n: number, bytes = 100) => ({ row: { n }, bytes });

describe("requests", () => {
  async function sizesOf(rows: readonly ReturnType<typeof sized>[]): Promise<number[]> {
    const sizes: number[] = [];
    if (table === undefined) return sizes;
    await appendIsolating(
      async (_, some) => {
        sizes.push(some.length);
        return [];
      },
      table,
      rows,
    );
    return sizes;
  }

  test.each([
    ["no rows", [], []],
    ["as many bytes as there may be", [sized(1, 5e6), sized(2, 3e6)], [2]],
    ["one byte more", [sized(1, 5e6), sized(2, 3e6 + 1)], [1, 1]],
    [
      "a row that is too large alone, between others",
      [sized(1), sized(2, 9e6), sized(3)],
      [1, 1, 1],
    ],
    ["a first row that is too large alone", [sized(1, 9e6), sized(2)], [1, 1]],
  ])("of %s", async (_, rows, sizes) => {
    expect(await sizesOf(rows)).toEqual(sizes);
  });

  test("hold 10,000 rows, each time anew", async () => {
    const rows = Array.from({ length: 20_001 }, (_, n) => sized(n));
    expect(await sizesOf(rows)).toEqual([10_000, 10_000, 1]);
    expect(await sizesOf(rows.slice(0, 10_000))).toEqual([10_000]);
  });
});

describe("rows that BigQuery refuses", () => {
  test("are taken out ten times, one after the other, and then their request fails", async () => {
    let requests = 0;
    const refuseFirst = async () => {
      requests += 1;
      return [{ index: 0, message: "no" }];
    };
    const rows = Array.from({ length: 11 }, (_, n) => sized(n));
    const { refused, failed } = await appendIsolating(refuseFirst, table, rows);
    expect(requests).toBe(10);
    expect(refused.size).toBe(10);
    expect(failed).toEqual([
      { from: 0, to: 11, cause: new Error(`${table.name} refuses rows again and again`) },
    ]);
  });

  test("may be all of them", async () => {
    let requests = 0;
    const refuseAll = async (_: unknown, some: readonly unknown[]) => {
      requests += 1;
      return some.map((_, index) => ({ index, message: `not ${index}` }));
    };
    const { refused, failed } = await appendIsolating(refuseAll, table, [sized(1), sized(2)]);
    expect([...refused]).toEqual([
      [0, "not 0"],
      [1, "not 1"],
    ]);
    expect([failed, requests]).toEqual([[], 1]);
  });

  test("are named by their place among all rows, not in their request", async () => {
    const rows = [sized(1, 8e6), sized(2, 4e6), sized(3, 4e6)];
    const refuseThree = async (_: unknown, some: readonly { n?: unknown }[]) =>
      some.flatMap(({ n }, index) => (n === 3 ? [{ index, message: "three" }] : []));
    const { refused } = await appendIsolating(refuseThree, table, rows);
    expect([...refused]).toEqual([[2, "three"]]);
  });
});
