import { describe, expect, test } from "vitest";
import { appendIsolating } from "../../../../functions/append-rows/append-isolating.ts";
import type { AppendToTable } from "../../../../functions/append-rows/append-to-table.ts";
import { createCoalescedAppender } from "../../../../functions/append-rows/coalesce-rows.ts";
import type { Table } from "../../../../shared/rows/table.ts";
import { tables } from "../../../../shared/rows/tables.ts";

const tableNamed = (name: string): Table => {
  const table = tables.find((one) => one.name === name);
  if (table === undefined) throw new Error(name);
  return table;
};
const posts = tableNamed("posts");
const sized = (n: number, bytes = 100) => ({ row: { n }, bytes });

/** A table that keeps what is appended and refuses rows by their number. */
function createWarehouse(refuses: (n: unknown) => boolean = () => false) {
  const appends: { table: string; rows: unknown[] }[] = [];
  const append: AppendToTable = async (table, rows) => {
    const refused = rows.flatMap((row, index) =>
      refuses(row.n ?? row.id) ? [{ index, message: "no such number" }] : [],
    );
    if (refused.length === 0) appends.push({ table: table.name, rows: [...rows] });
    return refused;
  };
  return { appends, append };
}

describe("isolating bad rows", () => {
  test("appends all rows in one request when all are good", async () => {
    const { appends, append } = createWarehouse();
    const result = await appendIsolating(append, posts, [sized(1), sized(2)]);
    expect(result).toEqual({ refused: new Map(), failed: [] });
    expect(appends).toEqual([{ table: "posts", rows: [{ n: 1 }, { n: 2 }] }]);
  });

  test("takes the refused rows out and appends their neighbours", async () => {
    const { appends, append } = createWarehouse((n) => n === 2 || n === 4);
    const result = await appendIsolating(
      append,
      posts,
      [1, 2, 3, 4, 5].map((n) => sized(n)),
    );
    expect([...result.refused]).toEqual([
      [1, "no such number"],
      [3, "no such number"],
    ]);
    expect(appends).toEqual([{ table: "posts", rows: [{ n: 1 }, { n: 3 }, { n: 5 }] }]);
  });

  test("keeps each request within the limits, and a failure to its own rows", async () => {
    const { appends, append } = createWarehouse();
    const failsOnce: AppendToTable = async (table, rows) => {
      if (rows.some(({ n }) => n === 3)) throw new Error("connection lost");
      return append(table, rows);
    };
    const rows = [sized(1, 5e6), sized(2, 4e6), sized(3, 1e6), sized(4, 4e6), sized(5, 9e6)];
    const { failed } = await appendIsolating(failsOnce, posts, rows);
    expect(appends.map((one) => one.rows)).toEqual([[{ n: 1 }], [{ n: 4 }], [{ n: 5 }]]);
    expect(failed).toMatchObject([{ from: 1, to: 3 }]);
  });

  test("gives up on a table that refuses again and again", async () => {
    const stubborn: AppendToTable = async () => [{ index: 99, message: "?" }];
    const { failed } = await appendIsolating(stubborn, posts, [sized(1)]);
    expect(failed).toMatchObject([{ from: 0, to: 1 }]);
  });
});

describe("coalescing", () => {
  test("combines concurrent requests and answers each for its own rows", async () => {
    const { appends, append } = createWarehouse((n) => n === 3);
    const coalesced = createCoalescedAppender(append);
    const answers = await Promise.all([
      coalesced(posts, [sized(1), sized(2)]),
      coalesced(posts, [sized(3), sized(4)]),
      coalesced(posts, []),
    ]);
    expect(answers.map((refused) => [...refused])).toEqual([[], [[0, "no such number"]], []]);
    expect(appends).toEqual([{ table: "posts", rows: [{ n: 1 }, { n: 2 }, { n: 4 }] }]);
  });

  test("never answers before the append is committed, one append per table at a time", async () => {
    const events: string[] = [];
    const releases: (() => void)[] = [];
    const slow: AppendToTable = async (_, rows) => {
      events.push(`begin ${rows.map(({ n }) => n).join()}`);
      await new Promise<void>((resolve) => releases.push(resolve));
      events.push(`commit ${rows.map(({ n }) => n).join()}`);
      return [];
    };
    const coalesced = createCoalescedAppender(slow);
    const first = coalesced(posts, [sized(1)]).then(() => events.push("answer 1"));
    await expect.poll(() => releases.length).toBe(1);
    const second = coalesced(posts, [sized(2)]).then(() => events.push("answer 2"));
    const third = coalesced(posts, [sized(3)]).then(() => events.push("answer 3"));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(events).toEqual(["begin 1"]);
    releases[0]?.();
    await first;
    await expect.poll(() => releases.length).toBe(2);
    releases[1]?.();
    await Promise.all([second, third]);
    expect(events).toEqual([
      "begin 1",
      "commit 1",
      "answer 1",
      "begin 2,3",
      "commit 2,3",
      "answer 2",
      "answer 3",
    ]);
  });

  test("fails a request of which one append of several fails, first, middle or last", async () => {
    for (const failing of [1, 2, 3]) {
      const { appends, append } = createWarehouse();
      const coalesced = createCoalescedAppender(async (table, rows) => {
        if (rows.some(({ n }) => n === failing)) throw new Error("unavailable");
        return append(table, rows);
      });
      const rows = [sized(1, 5e6), sized(2, 5e6), sized(3, 5e6)];
      await expect(coalesced(posts, rows)).rejects.toThrow("rows are not safe");
      expect(appends).toHaveLength(2);
    }
  });

  test("makes one append of two calls in one tick, two of two that follow each other, and keeps nothing", async () => {
    const { appends, append } = createWarehouse((n) => n === 2);
    const coalesced = createCoalescedAppender(append);
    const both = [coalesced(posts, [sized(1)]), coalesced(posts, [sized(3)])];
    expect(await Promise.all(both)).toEqual([new Map(), new Map()]);
    expect(await coalesced(posts, [sized(2)])).toEqual(new Map([[0, "no such number"]]));
    expect(await coalesced(posts, [sized(4)])).toEqual(new Map());
    expect(appends.map(({ rows }) => rows)).toEqual([[{ n: 1 }, { n: 3 }], [{ n: 4 }]]);
  });

  test("fails the requests whose rows are not safe, and goes on with the next", async () => {
    let calls = 0;
    const flaky: AppendToTable = async () => {
      calls += 1;
      if (calls === 1) throw new Error("unavailable");
      return [];
    };
    const coalesced = createCoalescedAppender(flaky);
    await expect(coalesced(posts, [sized(1)])).rejects.toThrow("rows are not safe");
    await expect(coalesced(posts, [sized(1)])).resolves.toEqual(new Map());
  });
});
