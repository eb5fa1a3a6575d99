import { describe, expect, test } from "vitest";
import { failRecord } from "../../../../shared/codec/fail-record.ts";
import { joinLines, packLines } from "../../../../shared/codec/pack-lines.ts";
import { unpackRecords } from "../../../../shared/codec/unpack-records.ts";
import { failedEvent } from "../../../../shared/events/failed-event.v1.ts";
import { delivery } from "../../../support/deliveries.ts";

const outcomes = (payload: string | Uint8Array) =>
  Array.from(unpackRecords(delivery(payload)), (record) =>
    "reason" in record
      ? `${record.line}: ${record.reason}`
      : `${record.line}: ${JSON.stringify(record.value)}`,
  );

describe("records of a payload", () => {
  test.each<[string, string | Uint8Array, string[]]>([
    ["one JSON value", '{"a":1}', ['0: {"a":1}']],
    ["one a line", '{"a":1}\n{"a":2}\n', ['0: {"a":1}', '1: {"a":2}']],
    ["CRLF and blank lines", '{"a":1}\r\n\r\n{"a":2}', ['0: {"a":1}', '2: {"a":2}']],
    ["a byte order mark", '\uFEFF{"a":1}', ['0: {"a":1}']],
    ["pretty-printed JSON", '{\n  "a": 1\n}\n', ['0: {"a":1}']],
    ["nothing", "", ["0: empty-message"]],
    ["no JSON", "hello", ["0: malformed-json"]],
    [
      "a bad line between good ones",
      '{"a":1}\n{"a":\n{"a":3}',
      ['0: {"a":1}', "1: malformed-json", '2: {"a":3}'],
    ],
    ["a bad first line", '{"a":\n{"a":3}', ["0: malformed-json", '1: {"a":3}']],
    [
      "invalid UTF-8 in one line",
      Buffer.concat([
        Buffer.from('{"a":1}\n{"a":"'),
        Buffer.from([0xff]),
        Buffer.from('"}\n{"a":3}'),
      ]),
      ['0: {"a":1}', "1: invalid-utf8", '2: {"a":3}'],
    ],
  ])("%s", (_, payload, expected) => {
    expect(outcomes(payload)).toEqual(expected);
  });

  test("may be lines of text where a topic takes them", () => {
    const lines = [
      'GET / "x"\r',
      "",
      ' {"a":1}',
      '"A","B"',
      '"A,B"',
      "17",
      "[1]",
      '{"a"',
      "[17/May",
    ];
    const unpacked = unpackRecords(delivery(lines.join("\n")), { takesText: true });
    const values = Array.from(unpacked, (record) =>
      "reason" in record ? record.reason : record.value,
    );
    expect(values).toEqual([
      'GET / "x"',
      { a: 1 },
      '"A","B"',
      "A,B",
      "17",
      [1],
      "malformed-json",
      "malformed-json",
    ]);
  });

  test("keep their original bytes", () => {
    const bad = Buffer.concat([
      Buffer.from('{"a":"'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('"}'),
    ]);
    const records = unpackRecords(delivery(Buffer.concat([Buffer.from('{"ä":1}\n'), bad])));
    expect(Array.from(records, (record) => Buffer.from(record.bytes).toString("hex"))).toEqual([
      Buffer.from('{"ä":1}').toString("hex"),
      bad.toString("hex"),
    ]);
  });

  test("are not parsed when they are long and nested deeper than any event", () => {
    const deep = "[".repeat(600_000) + "]".repeat(600_000);
    expect(outcomes(`{"a":1}\n${deep}\n{"a":3}`)).toEqual([
      '0: {"a":1}',
      "1: malformed-json",
      '2: {"a":3}',
    ]);
  });

  test("are not made of a payload with more lines than any message of events has", () => {
    expect(outcomes("1\n".repeat(9_999))).toHaveLength(9_999);
    expect(outcomes("1\n".repeat(10_001))).toEqual(["0: too-many-records"]);
  });

  test("may be one value of any number of lines", () => {
    const page = JSON.stringify(
      Array.from({ length: 5_000 }, () => ({ text: "0123456789" })),
      null,
      1,
    );
    expect(page.split("\n").length).toBe(15_002);
    expect(outcomes(page)).toEqual([`0: ${JSON.stringify(JSON.parse(page))}`]);
  });

  test("that are made of too many parts are not parsed", () => {
    const list = (elements: number) => `{"data":[${"0,".repeat(elements - 1)}0]}`;
    expect(outcomes(`{"a":1}\n${list(10_001)}\n${list(3)}`)).toEqual([
      '0: {"a":1}',
      "1: too-many-records",
      '2: {"data":[0,0,0]}',
    ]);
  });
});

describe("packing", () => {
  const sizes = (lines: string[]) =>
    [...packLines(joinLines(lines))].map(({ from, to }) => to - from);

  test("keeps order and puts at most 500 events into a message", () => {
    const lines = Array.from({ length: 1_201 }, (_, index) => `{"n":${index}}`);
    const messages = [...packLines(joinLines(lines))];
    expect(sizes(lines)).toEqual([500, 500, 201]);
    expect(messages.map(({ data }) => data.toString()).join("\n")).toBe(lines.join("\n"));
  });

  test("keeps a message below a megabyte, measured in bytes", () => {
    const line = JSON.stringify("ü".repeat(200_000));
    expect(sizes([line, line, line, line, line])).toEqual([2, 2, 1]);
  });

  test("holds a million bytes with the end of each line, and not one more", () => {
    const half = "x".repeat(499_999);
    expect(sizes([half, half])).toEqual([2]);
    expect(sizes([half, `${half}y`])).toEqual([1, 1]);
    expect(sizes([half, half, "z"])).toEqual([2, 1]);
  });

  test("fills a message with lines of several requests, to the last that has room", () => {
    const pieces = [400, 100, 1, 499, 1].flatMap((count, request) =>
      joinLines(Array.from({ length: count }, (_, n) => `${request}.${n}`)),
    );
    const messages = [...packLines(pieces)];
    expect(messages.map(({ from, to }) => [from, to])).toEqual([
      [0, 500],
      [500, 1_000],
      [1_000, 1_001],
    ]);
    expect(messages.map(({ data }) => data.toString().split("\n").length)).toEqual([500, 500, 1]);
    expect(messages[1]?.data.toString().slice(0, 7)).toBe("2.0\n3.0");
  });

  test("lets a line that is too large travel alone", () => {
    expect(sizes(["1", "x".repeat(2_000_000), "2", "3"])).toEqual([1, 1, 2]);
  });

  test("of nothing is nothing", () => {
    expect([...packLines([])]).toEqual([]);
  });
});

describe("a failed event", () => {
  const failure = {
    stage: "test",
    functionVersion: "v1",
    reason: "malformed-json" as const,
    issues: Array.from({ length: 30 }, () => ({ path: "records[0]", message: "not valid JSON" })),
    items: 1,
    position: "records[0]",
    isEncoded: false,
  };

  test("carries the original bytes and fits its schema", () => {
    const events = failRecord(delivery("x"), { ...failure, original: Buffer.from("x") });
    expect(events).toHaveLength(1);
    expect(failedEvent.parse(events[0])).toMatchObject({
      id: "test:m1/records[0]",
      original: "eA==",
      source_topic: "tweets",
      attributes: [{ name: "source", value: "test" }],
      first_seen: "2026-01-02T03:04:05.678Z",
    });
  });

  test("of a large original has several parts that add up to it", () => {
    const original = Buffer.alloc(9_000_000, "abcdefg");
    const events = failRecord(delivery("x"), { ...failure, original });
    expect(events.map(({ part, parts }) => `${part}/${parts}`)).toEqual(["1/3", "2/3", "3/3"]);
    const bytes = Buffer.concat(events.map((event) => Buffer.from(event.original, "base64")));
    expect(bytes.equals(original)).toBe(true);
  });
});
