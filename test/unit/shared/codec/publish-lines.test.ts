import { zstdDecompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createLinePublisher } from "../../../../shared/codec/publish-lines.ts";
import { plainData } from "../../../support/plain-data.ts";

type Sent = { topic: string; data: Buffer; attributes: Record<string, string> };

function createRecorder(fails: (text: string) => boolean = () => false) {
  const sent: Sent[] = [];
  const publish = createLinePublisher(
    async (topic, data, attributes) => {
      sent.push({ topic, data, attributes });
      if (fails(plainData(data, attributes).toString())) throw new Error("no more");
    },
    (run) => setImmediate(run),
  );
  const lengths = () =>
    sent.map(({ data, attributes }) => plainData(data, attributes).toString().split("\n").length);
  return { publish, sent, lengths };
}

describe("published lines", () => {
  test("of concurrent requests share a message, but never with another topic or schema", async () => {
    const { publish, sent } = createRecorder();
    await Promise.all([
      publish("rows", "row.v1", ["1", "2"]),
      publish("rows", "row.v2", ["3"]),
      publish("others", "row.v1", ["4"]),
      publish("rows", "row.v1", ["5"]),
      publish("rows", "row.v1", []),
    ]);
    expect(sent.map(({ topic, data, attributes }) => [topic, data.toString(), attributes])).toEqual(
      [
        ["rows", "1\n2\n5", { schema: "row.v1" }],
        ["rows", "3", { schema: "row.v2" }],
        ["others", "4", { schema: "row.v1" }],
      ],
    );
  });

  test("are packed, and each request is answered for its own", async () => {
    const { publish, lengths } = createRecorder((text) => text.endsWith("d"));
    const results = await Promise.allSettled([
      publish("t", "s", ["a", "b"]),
      publish(
        "t",
        "s",
        Array.from({ length: 500 }, () => "c"),
      ),
      publish("t", "s", ["d"]),
    ]);
    expect(lengths()).toEqual([500, 3]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
  });

  test.each([
    ["d", ["rejected", "fulfilled", "fulfilled"]],
    ["e", ["fulfilled", "rejected", "fulfilled"]],
    ["f", ["fulfilled", "fulfilled", "rejected"]],
  ])("fail with the message that has them, not with its neighbours: %s", async (bad, statuses) => {
    const { publish, lengths } = createRecorder((text) => text.startsWith(bad));
    const requests = ["d", "e", "f"].map((line) =>
      publish(
        "t",
        "s",
        Array.from({ length: 500 }, () => line),
      ),
    );
    const results = await Promise.allSettled(requests);
    expect(lengths()).toEqual([500, 500, 500]);
    expect(results.map(({ status }) => status)).toEqual(statuses);
    expect(results.find(({ status }) => status === "rejected")).toMatchObject({
      reason: new Error("publishing failed", { cause: new Error("no more") }),
    });
  });

  test("that are none are nothing, and nobody waits for others", async () => {
    const waits: number[] = [];
    const publish = createLinePublisher(
      async () => expect.unreachable(),
      (_, ms) => waits.push(ms),
    );
    await publish("t", "s", []);
    expect(waits).toEqual([]);
  });

  test("are bounded by bytes before they are packed, too", async () => {
    const { publish, lengths } = createRecorder();
    const line = "x".repeat(900_000);
    await Promise.all(Array.from({ length: 6 }, () => publish("t", "s", [line])));
    expect(lengths()).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test("are compressed when there is more than a KiB of them", async () => {
    const { publish, sent } = createRecorder();
    const line = JSON.stringify({ text: "abc ".repeat(300) });
    await publish("t", "s", [line]);
    await publish("t", "s", ["x".repeat(1_024)]);
    const [long, short] = sent;
    expect(long?.attributes).toEqual({ schema: "s", "content-encoding": "zstd" });
    expect(zstdDecompressSync(long?.data ?? Buffer.alloc(0)).toString()).toBe(line);
    expect(short?.attributes).toEqual({ schema: "s" });
  });

  test("wait 20 ms for others, or until four messages are full", async () => {
    const waits: number[] = [];
    const sent: number[] = [];
    const publish = createLinePublisher(
      async (_topic, data, attributes) => {
        sent.push(plainData(data, attributes).toString().split("\n").length);
      },
      (_, ms) => waits.push(ms),
    );
    const lines = (count: number) => Array.from({ length: count }, () => "1");
    void publish("t", "s", lines(1_999));
    await new Promise((resolve) => setImmediate(resolve));
    expect([waits, sent]).toEqual([[20], []]);
    await publish("t", "s", lines(1));
    expect(sent).toEqual([500, 500, 500, 500]);
    // In bytes, four of a MB.
    await publish("t", "s", ["x".repeat(3_999_999)]);
    expect(sent).toHaveLength(5);
  });

  test("are sent in four messages at once, and no more are made before one is safe", async () => {
    const gates: (() => void)[] = [];
    const publish = createLinePublisher(
      () => new Promise<void>((resolve) => gates.push(resolve)),
      (run) => setImmediate(run),
    );
    const published = publish(
      "t",
      "s",
      Array.from({ length: 3_000 }, () => "1"),
    );
    await expect.poll(() => gates.length).toBe(4);
    await new Promise((resolve) => setImmediate(resolve));
    expect(gates).toHaveLength(4);
    gates[0]?.();
    await expect.poll(() => gates.length).toBe(5);
    gates[1]?.();
    await expect.poll(() => gates.length).toBe(6);
    for (const safe of gates) safe();
    await published;
  });
});
