import { status } from "@grpc/grpc-js";
import protobuf from "protobufjs/minimal.js";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { appendIsolating } from "../../../../functions/append-rows/append-isolating.ts";
import {
  type AppendToTable,
  createAppender,
} from "../../../../functions/append-rows/append-to-table.ts";
import { createWriterOpener } from "../../../../functions/append-rows/open-writer.ts";
import { tables } from "../../../../shared/rows/tables.ts";
import { startWriteServer } from "../../../support/start-write-server.ts";
import { waitUntil } from "../../../support/wait-until.ts";

const tombstones = tables.find(({ name }) => name === "tombstones");
if (tombstones === undefined) throw new Error("no table is declared as tombstones");

const row = (id: string) => ({ id, source: "x" });
const committed = { appendResult: {} };

let server: Awaited<ReturnType<typeof startWriteServer>>;
let append: AppendToTable;

const appenderTo = (writeEndpoint: string, timeoutMs: number) =>
  createAppender(
    createWriterOpener({ projectId: "demo", dataset: "hourtally", writeEndpoint }),
    timeoutMs,
  );

beforeAll(() => {
  // The client asks for its project and credentials where Google's machines have them.
  vi.stubEnv("GOOGLE_CLOUD_PROJECT", "demo");
});
beforeEach(async () => {
  server = await startWriteServer();
  append = appenderTo(server.url, 10_000);
});
afterEach(() => vi.useRealTimers());
afterEach(() => server.stop());
afterAll(() => vi.unstubAllEnvs());

const send = (...ids: string[]) => append(tombstones, ids.map(row));
/** The nth append that has come. */
async function arrived(index: number) {
  await waitUntil(`append ${index}`, () => server.appends.length > index);
  const one = server.appends[index];
  if (one === undefined) throw new Error("it has gone again");
  return one;
}

describe("an append is", () => {
  test("safe when it has a result", async () => {
    const sent = send("x:1", "x:2");
    const one = await arrived(0);
    expect(one.rows).toBe(2);
    one.answer(committed);
    expect(await sent).toEqual([]);
  });

  test("of rows that land now, as BigQuery is told they are written", async () => {
    const now = vi.spyOn(Date, "now").mockReturnValue(Date.parse("2026-01-02T03:04:05.678Z"));
    const sent = send("x:1").finally(() => now.mockRestore());
    const { descriptor, data, answer } = await arrived(0);
    expect(descriptor).toEqual({
      name: "row",
      field: [
        { name: "id", number: 1 },
        { name: "source", number: 2 },
        { name: "event_time", number: 3 },
        { name: "landed_at", number: 4 },
      ],
    });
    const reader = protobuf.Reader.create(data[0] ?? new Uint8Array());
    const fields = [reader.uint32(), reader.string(), reader.uint32(), reader.string()];
    expect(fields).toEqual([(1 << 3) | 2, "x:1", (2 << 3) | 2, "x"]);
    expect([reader.uint32(), Number(reader.int64())]).toEqual([4 << 3, 1_767_323_045_678_000]);
    expect(reader.pos).toBe(reader.len);
    answer(committed);
    await sent;
  });

  test("refused by its rows, by number and reason", async () => {
    const sent = send("x:1", "x:2", "x:3");
    (await arrived(0)).answer({
      error: { code: status.INVALID_ARGUMENT, message: "Errors found while processing rows" },
      rowErrors: [
        { index: 2, code: "FIELDS_ERROR", message: "no such day" },
        { index: 0, code: "FIELDS_ERROR" },
      ],
    });
    expect(await sent).toEqual([
      { index: 2, message: "no such day" },
      { index: 0, message: "refused without a reason" },
    ]);
  });

  test("refused by its rows also where the answer calls itself a result", async () => {
    const sent = send("x:1", "x:2");
    (await arrived(0)).answer({ ...committed, rowErrors: [{ index: 1, message: "no such day" }] });
    expect(await sent).toEqual([{ index: 1, message: "no such day" }]);
  });

  test.each([
    ["an error that no repetition mends", status.INVALID_ARGUMENT],
    ["an error of the moment", status.UNAVAILABLE],
    ["an error inside of an answer that is OK", status.OK],
  ])("not safe with %s", async (_, code) => {
    const sent = send("x:1");
    (await arrived(0)).answer({ error: { code, message: "not now" } });
    await expect(sent).rejects.toMatchObject({
      message: "appending to tombstones failed",
      cause: expect.objectContaining({ message: expect.stringContaining("not now") }),
    });
  });

  test("not safe with an error that has nothing to say", async () => {
    const sent = send("x:1");
    (await arrived(0)).answer({ error: { code: status.OK, message: "" } });
    await expect(sent).rejects.toMatchObject({ cause: new Error("refused without a reason") });
  });

  test("not safe with an answer that says nothing", async () => {
    const sent = send("x:1");
    (await arrived(0)).answer({ writeStream: "half" });
    await expect(sent).rejects.toMatchObject({ cause: new Error("the answer has no result") });
  });

  test.each([
    ["ends as if all were well", undefined],
    ["breaks", status.UNAVAILABLE],
    ["is refused", status.PERMISSION_DENIED],
    ["leads to no table", status.NOT_FOUND],
  ])("not safe when its connection %s, nor are those behind it", async (_, code) => {
    const first = send("x:1");
    const second = send("x:2");
    const results = Promise.allSettled([first, second]);
    (await arrived(1)).end(code);
    expect((await results).map((one) => one.status)).toEqual(["rejected", "rejected"]);
    const next = send("x:3");
    const again = await arrived(2);
    expect(again.connection).toBe(1);
    again.answer(committed);
    expect(await next).toEqual([]);
  });

  test("not safe when its connection ends, which says so", async () => {
    const sent = send("x:1");
    (await arrived(0)).end();
    await expect(sent).rejects.toMatchObject({
      cause: new Error("BigQuery has ended the connection"),
    });
  });

  test("never sent without TLS to an endpoint that has it", async () => {
    append = appenderTo(server.url.replace("http:", "https:"), 500);
    await expect(send("x:1")).rejects.toThrow("appending to tombstones failed");
    expect(server.appends).toEqual([]);
  });

  test("not safe when half of what was sent is answered", async () => {
    const results = Promise.allSettled([send("x:1"), send("x:2")]);
    const [first, second] = [await arrived(0), await arrived(1)];
    first.answer(committed);
    second.end();
    expect((await results).map((one) => one.status)).toEqual(["fulfilled", "rejected"]);
  });

  test("not safe when nobody is there", async () => {
    server.stop();
    append = appenderTo(server.url, 200);
    await expect(send("x:1")).rejects.toThrow("appending to tombstones failed");
  });
});

test("answers are taken in the order of their appends, each for its own", async () => {
  const sent = [send("x:1"), send("x:2", "x:3"), send("x:4")];
  const [first, second, third] = [await arrived(0), await arrived(1), await arrived(2)];
  first.answer(committed);
  second.answer({ rowErrors: [{ index: 1, message: "no" }] });
  third.answer(committed);
  expect(await Promise.all(sent)).toEqual([[], [{ index: 1, message: "no" }], []]);
  expect(new Set(server.appends.map(({ connection }) => connection))).toEqual(new Set([0]));
});

test("a late answer is never taken for that of the next append", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const first = send("x:1").catch(({ cause }: Error) => cause);
  await arrived(0);
  vi.advanceTimersByTime(10_000);
  vi.useRealTimers();
  expect(await first).toEqual(new Error("no answer in 10000 ms"));
  let isAnswered = false;
  const second = send("x:2").finally(() => {
    isAnswered = true;
  });
  const [late, own] = [await arrived(0), await arrived(1)];
  expect(own.connection).not.toBe(late.connection);
  late.answer(committed);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(isAnswered).toBe(false);
  own.answer({ rowErrors: [{ index: 0, message: "its own" }] });
  expect(await second).toEqual([{ index: 0, message: "its own" }]);
  await expect.poll(() => server.closed()).toBe(1);
});

test("rows that are refused are taken out, and their neighbours sent again without them", async () => {
  const rows = ["x:1", "x:2", "x:3"].map((id) => ({ row: row(id), bytes: 40 }));
  const sent = appendIsolating(append, tombstones, rows);
  (await arrived(0)).answer({ rowErrors: [{ index: 1, message: "no" }] });
  const again = await arrived(1);
  expect(again.rows).toBe(2);
  again.answer(committed);
  expect(await sent).toEqual({ refused: new Map([[1, "no"]]), failed: [] });
});
