import { describe, expect, test } from "vitest";
import {
  type AppendAnswer,
  createAppender,
  type Writer,
} from "../../../../functions/append-rows/append-to-table.ts";
import type { Table } from "../../../../shared/rows/table.ts";
import { tables } from "../../../../shared/rows/tables.ts";
import { usedHeapBytes } from "../../../support/used-heap-bytes.ts";

const [table] = tables;
if (table === undefined) throw new Error("no table is declared");

/** Connections whose answers and failures are given by hand. */
function createService() {
  const connections: {
    answers: PromiseWithResolvers<AppendAnswer>[];
    fail: (error: Error) => void;
    isClosed: boolean;
  }[] = [];
  const open: (table: Table) => Promise<Writer> = async () => {
    const listeners: ((error: unknown) => void)[] = [];
    const connection = {
      answers: [] as PromiseWithResolvers<AppendAnswer>[],
      fail: (error: Error) => {
        for (const listener of listeners) listener(error);
      },
      isClosed: false,
    };
    connections.push(connection);
    return {
      write: () => {
        const answer = Promise.withResolvers<AppendAnswer>();
        connection.answers.push(answer);
        return answer.promise;
      },
      onFailure: (listener) => listeners.push(listener),
      close: () => {
        connection.isClosed = true;
      },
    };
  };
  return { open, connections };
}

/** Lets all promises go as far as they can. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("appends", () => {
  test("share a connection and are answered in their order", async () => {
    const { open, connections } = createService();
    const append = createAppender(open);
    const answers = Promise.all([append(table, [{ n: 1 }]), append(table, [{ n: 2 }])]);
    await settled();
    connections[0]?.answers[0]?.resolve([]);
    connections[0]?.answers[1]?.resolve([{ index: 0, message: "no" }]);
    expect(await answers).toEqual([[], [{ index: 0, message: "no" }]]);
    expect(connections).toHaveLength(1);
  });

  test("that wait are told when their connection fails; the next opens another", async () => {
    const { open, connections } = createService();
    const append = createAppender(open);
    const results = Promise.allSettled([append(table, []), append(table, [])]);
    await settled();
    connections[0]?.fail(new Error("gone"));
    expect((await results).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(connections[0]?.isClosed).toBe(true);

    const next = append(table, []);
    await settled();
    connections[1]?.answers[0]?.resolve([]);
    expect(await next).toEqual([]);
  });

  test("do not lose a new connection to a late failure of the old one", async () => {
    const { open, connections } = createService();
    const append = createAppender(open);
    const first = append(table, []);
    await settled();
    connections[0]?.answers[0]?.reject(new Error("refused"));
    await expect(first).rejects.toThrow("failed");

    const second = append(table, []);
    await settled();
    connections[0]?.fail(new Error("closed at last"));
    connections[1]?.answers[0]?.resolve([]);
    await second;
    const third = append(table, []);
    await settled();
    connections[1]?.answers[1]?.resolve([]);
    await third;
    expect(connections).toHaveLength(2);
  });

  test("that nobody answers are given up in time", async () => {
    const { open, connections } = createService();
    const append = createAppender(open, 10);
    await expect(append(table, [])).rejects.toMatchObject({
      cause: new Error("no answer in 10 ms"),
    });
    expect(connections[0]?.isClosed).toBe(true);
  });

  test("of a table that cannot be opened fail, and are tried again", async () => {
    let calls = 0;
    const { open } = createService();
    const append = createAppender(async (one) => {
      calls += 1;
      if (calls === 1) throw new Error("no such table");
      return { ...(await open(one)), write: async () => [] };
    });
    await expect(append(table, [])).rejects.toMatchObject({ cause: new Error("no such table") });
    await expect(append(table, [])).resolves.toEqual([]);
  });
});

test("nothing is kept of an append that has ended", async () => {
  const append = createAppender(async () => ({
    write: async () => [],
    onFailure: () => undefined,
    close: () => undefined,
  }));
  const run = async (appends: number) => {
    for (let n = 0; n < appends; n++) await append(table, []);
    return usedHeapBytes();
  };
  const before = await run(20_000);
  // A single pointer for each would be 160 kB; a reaction of a promise is 500 bytes.
  expect((await run(20_000)) - before).toBeLessThan(1_000_000);
});
