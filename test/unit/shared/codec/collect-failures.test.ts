import { expect, test } from "vitest";
import { collectFailures, type RecordFailure } from "../../../../shared/codec/collect-failures.ts";
import { delivery } from "../../../support/deliveries.ts";

const context = { stage: "normalize-tweets", functionVersion: "v1" };

const failureOf = (line: number): RecordFailure => ({
  reason: "malformed-json",
  issues: [{ path: `records[${line}]`, message: "not valid JSON" }],
  items: 1,
  position: `records[${line}]`,
  original: Buffer.from("x"),
  isEncoded: false,
});

const failAll = (message: ReturnType<typeof delivery>, count: number) => {
  const failures = collectFailures(message, context);
  for (let line = 0; line < count; line++) failures.add(failureOf(line));
  return failures.toEvents();
};

test("a thousand failures of one message are kept one by one", () => {
  const events = failAll(delivery("x\n".repeat(1_000)), 1_000);
  expect(events).toHaveLength(1_000);
  expect(events[999]).toMatchObject({
    id: "normalize-tweets:m1/records[999]",
    reason: "malformed-json",
    items: 1,
    original: "eA==",
  });
});

test("of more, the message is kept once and whole, with its encoding and the first reasons", () => {
  const message = delivery("x\n".repeat(1_001));
  message.attributes = { source: "test", "content-encoding": "zstd" };
  const events = failAll(message, 1_001);
  expect(events).toHaveLength(1);
  const [whole] = events;
  expect(whole).toMatchObject({
    id: "normalize-tweets:m1/message",
    reason: "too-many-failures",
    items: 1_001,
    position: "message",
    attributes: [
      { name: "source", value: "test" },
      { name: "content-encoding", value: "zstd" },
    ],
    original: message.payload,
    part: 1,
    parts: 1,
  });
  expect(whole?.issues).toHaveLength(20);
  expect(whole?.issues.slice(0, 2)).toEqual([
    { path: "", message: "1001 of its records fail: here is why the first ones do" },
    { path: "records[0]", message: "not valid JSON" },
  ]);
});

test("attributes are not copied beyond a megabyte: then the message is kept whole", () => {
  const message = delivery("x\n".repeat(20));
  message.attributes = { large: "v".repeat(99_000) };
  expect(failAll(message, 10)).toHaveLength(10);
  expect(failAll(message, 11)).toMatchObject([{ reason: "too-many-failures", items: 11 }]);
});

test("one failure is itself, however large the attributes are", () => {
  const message = delivery("x");
  message.attributes = { large: "v".repeat(2_000_000) };
  expect(failAll(message, 1)).toMatchObject([{ reason: "malformed-json" }]);
});

test("nothing fails, nothing is kept", () => {
  expect(failAll(delivery("x"), 0)).toEqual([]);
});
