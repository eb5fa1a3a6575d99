import { expect, test } from "vitest";
import { createCoalescedAppender } from "../../../../functions/append-rows/coalesce-rows.ts";
import type { Table } from "../../../../shared/rows/table.ts";
import { tables } from "../../../../shared/rows/tables.ts";

const sized = (n: number, bytes = 100) => ({ row: { n }, bytes });

function tableNamed(name: string): Table {
  const table = tables.find((one) => one.name === name);
  if (table === undefined) throw new Error(`there is no table ${name}`);
  return table;
}
const posts = tableNamed("posts");
const tombstones = tableNamed("tombstones");

/** An appender whose time passes only when it is told. Rows with these numbers are refused. */
function start(refused: readonly number[] = []) {
  const appends: { table: string; rows: unknown[] }[] = [];
  const waits: { run: () => void; ms: number }[] = [];
  const append = createCoalescedAppender(
    async (table, rows) => {
      const numbers = rows.map(({ n }) => n);
      appends.push({ table: table.name, rows: numbers });
      return numbers.flatMap((n, index) =>
        refused.some((one) => one === n) ? [{ index, message: `not ${String(n)}` }] : [],
      );
    },
    (run, ms) => waits.push({ run, ms }),
  );
  const passTime = () => {
    for (const { run } of waits.splice(0)) run();
  };
  return { append, appends, waits, passTime };
}

test("rows of a table wait 5 ms for others, each table for itself", async () => {
  const { append, appends, waits, passTime } = start();
  const appended = [
    append(posts, [sized(1)]),
    append(tombstones, [sized(2)]),
    append(posts, [sized(3)]),
  ];
  expect(waits.map(({ ms }) => ms)).toEqual([5, 5]);
  expect(appends).toEqual([]);
  passTime();
  await Promise.all(appended);
  expect(appends).toEqual([
    { table: "posts", rows: [1, 3] },
    { table: "tombstones", rows: [2] },
  ]);
});

test("no rows are no append, and nobody waits", async () => {
  const { append, appends, waits } = start();
  expect(await append(posts, [])).toEqual(new Map());
  expect([appends, waits]).toEqual([[], []]);
});

test.each([
  ["bytes", [sized(1, 5_000_000), sized(2, 4_000_000)]],
  ["rows", Array.from({ length: 10_001 }, (_, n) => sized(n))],
])("more %s than one append takes do not wait", async (_, rows) => {
  const { append, appends } = start();
  await append(posts, rows);
  expect(appends.length).toBe(2);
});

test("each request hears of its own refused rows only, by their place in it", async () => {
  const { append, passTime } = start([1, 3, 5, 6]);
  const appended = [
    append(posts, [sized(1), sized(2)]),
    append(posts, [sized(3)]),
    append(posts, [sized(4), sized(5), sized(6)]),
  ];
  passTime();
  expect((await Promise.all(appended)).map((one) => [...one])).toEqual([
    [[0, "not 1"]],
    [[0, "not 3"]],
    [
      [1, "not 5"],
      [2, "not 6"],
    ],
  ]);
});

test("only those fail whose rows were in the append that failed, and hear why", async () => {
  // A batch is as large as an append, so only a request that is larger alone has several.
  const appends: unknown[][] = [];
  const append = createCoalescedAppender(async (_, rows) => {
    const numbers = rows.map(({ n }) => n);
    appends.push(numbers);
    if (numbers.includes(4)) throw new Error("connection lost");
    return [];
  });
  const outcomes = await Promise.allSettled([
    append(posts, [sized(1, 2e6)]),
    append(posts, [sized(2, 2e6)]),
    append(posts, [sized(3, 5e6), sized(4, 5e6), sized(5, 7e6)]),
    append(posts, [sized(6)]),
  ]);
  expect(appends).toEqual([[1, 2], [3], [4], [5], [6]]);
  expect(outcomes.map(({ status }) => status)).toEqual([
    "fulfilled",
    "fulfilled",
    "rejected",
    "fulfilled",
  ]);
  expect(outcomes[2]).toMatchObject({
    reason: { message: "rows are not safe", cause: { message: "connection lost" } },
  });
});
