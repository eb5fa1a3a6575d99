import { describe, expect, test, vi } from "vitest";
import { type BatchLimits, coalesceRequests } from "../../../../shared/codec/coalesce-requests.ts";

const roomy: BatchLimits = { bytes: 1_000, items: 100, lingerMs: 5 };

/** Requests are `<key> <text>`; a batch answers with what it was made of. */
function createCoalescer(
  options: {
    limits?: BatchLimits;
    inTurn?: boolean;
    run?: (batch: readonly string[]) => Promise<readonly (string | Error)[]>;
  } = {},
) {
  const batches: string[][] = [];
  const due: (() => void)[] = [];
  const send = coalesceRequests<string, string>({
    keyOf: (request) => request.split(" ")[0] ?? "",
    sizeOf: (request) => ({ bytes: request.length, items: 1 }),
    run: async (batch) => {
      batches.push([...batch]);
      return options.run?.(batch) ?? batch.map((request) => `done ${request}`);
    },
    limits: options.limits ?? roomy,
    ...(options.inTurn !== undefined && { inTurn: options.inTurn }),
    schedule: (run, ms) => {
      expect(ms).toBe(5);
      due.push(run);
    },
  });
  const timeIsUp = async () => {
    for (const run of due.splice(0)) run();
    await settled();
  };
  return { send, batches, due, timeIsUp };
}

/** Lets all promises go as far as they can. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("requests", () => {
  test("of one key share a batch when their time is up, and each has its own answer", async () => {
    const { send, batches, timeIsUp } = createCoalescer();
    const answers = Promise.all([send("a 1"), send("b 2"), send("a 3")]);
    expect(batches).toEqual([]);
    await timeIsUp();
    expect(batches).toEqual([["a 1", "a 3"], ["b 2"]]);
    expect(await answers).toEqual(["done a 1", "done b 2", "done a 3"]);
  });

  test.each([
    ["bytes", { ...roomy, bytes: 7 }],
    ["items", { ...roomy, items: 2 }],
  ])("do not wait for their time when a batch is full by %s", async (_, limits) => {
    const { send, batches, timeIsUp } = createCoalescer({ limits });
    const answers = Promise.all([send("a 1"), send("a 2"), send("a 3")]);
    await settled();
    expect(batches).toEqual([["a 1", "a 2"]]);
    await timeIsUp();
    expect(batches).toEqual([["a 1", "a 2"], ["a 3"]]);
    await answers;
  });

  test("that are larger than a batch go alone", async () => {
    const { send, batches, timeIsUp } = createCoalescer({ limits: { ...roomy, bytes: 9 } });
    const answers = Promise.all([send("a 1"), send(`a ${"x".repeat(20)}`), send("a 2")]);
    await timeIsUp();
    expect(batches.map((batch) => batch.length)).toEqual([1, 1, 1]);
    await answers;
  });

  test("that come after a batch was closed wait for their own time", async () => {
    const { send, batches, due, timeIsUp } = createCoalescer();
    void send("a 1");
    await timeIsUp();
    void send("a 2");
    expect(due).toHaveLength(1);
    await timeIsUp();
    expect(batches).toEqual([["a 1"], ["a 2"]]);
  });
});

describe("failures", () => {
  test("are told to the request that they belong to", async () => {
    const { send, timeIsUp } = createCoalescer({
      run: async (batch) => batch.map((one) => (one === "a 2" ? new Error("no") : one)),
    });
    const results = Promise.allSettled([send("a 1"), send("a 2"), send("a 3")]);
    await timeIsUp();
    expect((await results).map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
  });

  test.each([
    ["rejects", () => Promise.reject(new Error("no"))],
    ["has too few answers", async () => ["only one"]],
  ])("of a batch that %s are told to all its requests, and to no others", async (_, run) => {
    let isFirst = true;
    const { send, timeIsUp } = createCoalescer({
      run: (batch) => {
        if (!isFirst) return Promise.resolve([...batch]);
        isFirst = false;
        return run();
      },
    });
    const results = Promise.allSettled([send("a 1"), send("a 2"), send("b 3")]);
    await timeIsUp();
    expect((await results).map(({ status }) => status)).toEqual([
      "rejected",
      "rejected",
      "fulfilled",
    ]);
  });
});

test("batches of one key run beside one another, unless they are to run in turn", async () => {
  const { send, batches } = createCoalescer({
    limits: { ...roomy, items: 1 },
    run: () => new Promise(() => undefined),
  });
  for (const request of ["a 1", "a 2"]) void send(request);
  await settled();
  expect(batches).toEqual([["a 1"], ["a 2"]]);
});

test("a batch whose time is up when it is full already runs once", async () => {
  const { send, batches, timeIsUp } = createCoalescer({ limits: { ...roomy, items: 2 } });
  const answers = Promise.all([send("a 1"), send("a 2")]);
  await settled();
  const next = send("a 3");
  await timeIsUp();
  expect(batches).toEqual([["a 1", "a 2"], ["a 3"]]);
  expect(await answers).toEqual(["done a 1", "done a 2"]);
  expect(await next).toBe("done a 3");
});

test("what a batch fails with says what is wrong with its answers", async () => {
  const { send, timeIsUp } = createCoalescer({ run: async () => [] });
  const failed = expect(send("a 1")).rejects.toThrow("not one answer for each request");
  await timeIsUp();
  await failed;
});

test("without a schedule, a batch waits by the clock", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  try {
    const send = coalesceRequests<string, string>({
      keyOf: () => "a",
      sizeOf: () => ({ bytes: 1, items: 1 }),
      run: async (batch) => [...batch],
      limits: roomy,
    });
    const answer = send("a 1");
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(5);
    expect(await answer).toBe("a 1");
  } finally {
    vi.useRealTimers();
  }
});

describe("in turn", () => {
  test("a batch waits for the one before it, and fills meanwhile", async () => {
    const gates: (() => void)[] = [];
    const { send, batches, timeIsUp } = createCoalescer({
      inTurn: true,
      run: (batch) =>
        new Promise((resolve) => {
          gates.push(() => resolve([...batch]));
        }),
    });
    void send("a 1");
    await timeIsUp();
    void send("a 2");
    void send("b 3");
    await timeIsUp();
    void send("a 4");
    await timeIsUp();
    expect(batches).toEqual([["a 1"], ["b 3"]]);
    gates[0]?.();
    await settled();
    await timeIsUp();
    expect(batches).toEqual([["a 1"], ["b 3"], ["a 2", "a 4"]]);
  });

  test("a batch that is alone again does not wait for those before it", async () => {
    const { send, batches, due, timeIsUp } = createCoalescer({ inTurn: true });
    expect(await Promise.all([send("a 1"), timeIsUp()])).toEqual(["done a 1", undefined]);
    void send("a 2");
    // Its time begins at once.
    expect(due).toHaveLength(1);
    await timeIsUp();
    expect(batches).toEqual([["a 1"], ["a 2"]]);
  });

  test("three batches of a key run one after the other, in order", async () => {
    const gates: (() => void)[] = [];
    const { send, batches } = createCoalescer({
      inTurn: true,
      limits: { ...roomy, items: 1 },
      run: (batch) =>
        new Promise((resolve) => {
          gates.push(() => resolve([...batch]));
        }),
    });
    const answers = Promise.all([send("a 1"), send("a 2"), send("a 3")]);
    for (const count of [1, 2, 3]) {
      await settled();
      expect(batches).toHaveLength(count);
      gates[count - 1]?.();
    }
    expect(await answers).toEqual(["a 1", "a 2", "a 3"]);
    expect(batches).toEqual([["a 1"], ["a 2"], ["a 3"]]);
  });

  test("a batch that comes when the first has ended waits for the second, which has not", async () => {
    const gates: (() => void)[] = [];
    const { send, batches } = createCoalescer({
      inTurn: true,
      limits: { ...roomy, items: 1 },
      run: (batch) =>
        new Promise((resolve) => {
          gates.push(() => resolve([...batch]));
        }),
    });
    void send("a 1");
    void send("a 2");
    gates[0]?.();
    await settled();
    void send("a 3");
    await settled();
    expect(batches).toEqual([["a 1"], ["a 2"]]);
    gates[1]?.();
    await settled();
    expect(batches).toEqual([["a 1"], ["a 2"], ["a 3"]]);
  });

  test("a failure does not stop the next", async () => {
    const run = vi
      .fn<(batch: readonly string[]) => Promise<string[]>>()
      .mockRejectedValueOnce(new Error("no"))
      .mockImplementation(async (batch) => [...batch]);
    const { send, timeIsUp } = createCoalescer({
      inTurn: true,
      limits: { ...roomy, items: 1 },
      run,
    });
    const results = await Promise.allSettled([send("a 1"), send("a 2")]);
    await timeIsUp();
    expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  });
});

test.each([
  // Bytes and items of each request, and how many requests each batch has; the last waits.
  [
    "fills a batch to the last byte",
    [
      [4, 1],
      [6, 1],
      [1, 1],
    ],
    [2],
  ],
  [
    "is one byte too large for what is left",
    [
      [4, 1],
      [7, 1],
      [1, 1],
    ],
    [1],
  ],
  [
    "fills a batch to the last item",
    [
      [1, 4],
      [1, 6],
      [1, 1],
    ],
    [2],
  ],
  [
    "has one item too many for what is left",
    [
      [1, 4],
      [1, 7],
      [1, 1],
    ],
    [1],
  ],
  [
    "is a whole batch in bytes alone",
    [
      [10, 1],
      [1, 1],
    ],
    [1],
  ],
  [
    "is a whole batch in items alone",
    [
      [1, 10],
      [1, 1],
    ],
    [1],
  ],
])("a request that %s", async (_, requests, atOnce) => {
  const batches: number[] = [];
  const send = coalesceRequests<readonly number[], undefined>({
    keyOf: () => "a",
    sizeOf: ([bytes = 0, items = 0]) => ({ bytes, items }),
    run: async (batch) => {
      batches.push(batch.length);
      return batch.map(() => undefined);
    },
    limits: { bytes: 10, items: 10, lingerMs: 5 },
    schedule: () => undefined,
  });
  for (const request of requests) void send(request).catch(() => undefined);
  await settled();
  expect(batches).toEqual(atOnce);
});
