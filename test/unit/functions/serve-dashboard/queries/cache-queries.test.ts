import { expect, test } from "vitest";
import * as z from "zod";
import { createQueryCache } from "../../../../../functions/serve-dashboard/queries/cache-queries.ts";

const row = z.object({ n: z.number() });
const query = (n: number) => ({ sql: "SELECT @n AS n", params: { n } });

test("asks once for all who want the same, and anew after five seconds while it gives the old", async () => {
  let now = 0;
  let runs = 0;
  const { ask, queries } = createQueryCache(
    async ({ params }) => {
      runs += 1;
      return [{ n: Number(params.n) * 100 + runs }];
    },
    () => now,
  );
  const many = await Promise.all([ask(query(1), row), ask(query(1), row), ask(query(2), row)]);
  expect(many).toEqual([[{ n: 101 }], [{ n: 101 }], [{ n: 202 }]]);
  now = 4_999;
  await ask(query(1), row);
  expect(runs).toBe(2);
  now = 5_000;
  expect(await Promise.all([ask(query(1), row), ask(query(1), row)])).toEqual([
    [{ n: 101 }],
    [{ n: 101 }],
  ]);
  expect(runs).toBe(3);
  expect(await ask(query(1), row)).toEqual([{ n: 103 }]);
  now = 65_000;
  expect(await ask(query(1), row)).toEqual([{ n: 104 }]);
  expect(queries()).toBe(4);
});

test("forgets what failed, and tells all who waited for it", async () => {
  let runs = 0;
  const { ask } = createQueryCache(
    async () => {
      runs += 1;
      if (runs === 1) throw new Error("down");
      return [{ n: 1 }];
    },
    () => 0,
  );
  const both = await Promise.allSettled([ask(query(1), row), ask(query(1), row)]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await ask(query(1), row)).toEqual([{ n: 1 }]);
});

test("keeps 500 answers at most, the newest", async () => {
  let runs = 0;
  const { ask } = createQueryCache(
    async () => {
      runs += 1;
      return [];
    },
    () => 0,
  );
  for (let n = 0; n < 600; n += 1) await ask(query(n), row);
  expect(runs).toBe(600);
  await ask(query(599), row);
  expect(runs).toBe(600);
  await ask(query(0), row);
  expect(runs).toBe(601);
});

test("a row that is not as expected is an error", async () => {
  const { ask } = createQueryCache(
    async () => [{ n: "many" }],
    () => 0,
  );
  await expect(ask(query(1), row)).rejects.toThrow("n");
});

test("asks what takes long less often, but within half a minute", async () => {
  let now = 0;
  let runs = 0;
  const { ask } = createQueryCache(
    async () => {
      runs += 1;
      now += 1_000;
      return [{ n: runs }];
    },
    () => now,
  );
  await ask(query(1), row);
  now = 9_999;
  await ask(query(1), row);
  expect(runs).toBe(1);
  now = 10_000;
  await ask(query(1), row);
  expect(runs).toBe(2);

  const slow = createQueryCache(
    async () => {
      runs += 1;
      now += 20_000;
      return [{ n: runs }];
    },
    () => now,
  );
  now = 0;
  runs = 0;
  await slow.ask(query(1), row);
  now = 29_999;
  await slow.ask(query(1), row);
  expect(runs).toBe(1);
  now = 30_000;
  await slow.ask(query(1), row);
  expect(runs).toBe(2);
});
