import { expect, test } from "vitest";
import { failRecord } from "../../../../shared/codec/fail-record.ts";
import { delivery } from "../../../support/deliveries.ts";

const failure = {
  stage: "test",
  functionVersion: "v1",
  reason: "malformed-json" as const,
  issues: [{ path: "records[0]", message: "not valid JSON" }],
  items: 1,
  position: "records[0]",
  isEncoded: false,
};

test("a failed event says what failed, where, why, and when it came", () => {
  const events = failRecord(delivery("x"), { ...failure, original: Buffer.from("x") });
  expect(events).toEqual([
    {
      id: "test:m1/records[0]",
      stage: "test",
      function_version: "v1",
      reason: "malformed-json",
      issues: [{ path: "records[0]", message: "not valid JSON" }],
      items: 1,
      source_topic: "tweets",
      message_id: "m1",
      position: "records[0]",
      attributes: [{ name: "source", value: "test" }],
      original: "eA==",
      part: 1,
      parts: 1,
      first_seen: "2026-01-02T03:04:05.678Z",
    },
  ]);
});

test("the first 20 issues are kept", () => {
  const issues = Array.from({ length: 21 }, (_, n) => ({ path: `${n}`, message: "m" }));
  const [event] = failRecord(delivery("x"), { ...failure, issues, original: Buffer.of() });
  expect(event?.issues).toEqual(issues.slice(0, 20));
});

test.each([
  [0, [""]],
  [4_194_304, [`${"eHh4".repeat(1_398_101)}eA==`]],
  [4_194_305, [`${"eHh4".repeat(1_398_101)}eA==`, "eA=="]],
])("an original of %i bytes is in parts of 4 MiB", (length, parts) => {
  const original = Buffer.alloc(length, "x");
  const events = failRecord(delivery("x"), { ...failure, original });
  expect(events.map((event) => event.original.length)).toEqual(parts.map((part) => part.length));
  expect(events.map((event) => event.original === parts[event.part - 1])).not.toContain(false);
  for (const event of events) expect(event.parts).toBe(parts.length);
});

test("the encoding of its message is kept only with what is still in it", () => {
  const message = delivery("x");
  message.attributes = { source: "test", "content-encoding": "zstd" };
  const namesOf = (isEncoded: boolean) =>
    failRecord(message, { ...failure, isEncoded, original: Buffer.of() })[0]?.attributes.map(
      ({ name }) => name,
    );
  expect(namesOf(true)).toEqual(["source", "content-encoding"]);
  expect(namesOf(false)).toEqual(["source"]);
});
