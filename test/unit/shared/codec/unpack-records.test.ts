import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type UnpackOptions, unpackRecords } from "../../../../shared/codec/unpack-records.ts";

const unpack = (data: string | Buffer, encoding?: string, options?: UnpackOptions) =>
  Array.from(
    unpackRecords(
      {
        payload: Buffer.from(data).toString("base64"),
        attributes: encoding === undefined ? {} : { "content-encoding": encoding },
      },
      options,
    ),
    (record) => ({ ...record, bytes: Buffer.from(record.bytes).toString() }),
  );

describe("data that has no records is kept whole, in its encoding, with the reason:", () => {
  test.each([
    ["", undefined, "empty-message", "no payload"],
    [gzipSync("").toString("latin1"), "gzip", "empty-message", "nothing is compressed"],
    ["x", "br", "unsupported-encoding", "neither gzip nor zstd"],
    ["1\n".repeat(10_001), undefined, "too-many-records", "more than 10000 lines"],
  ])("%.9j in %s: %s", (data, encoding, reason, message) => {
    const bytes = Buffer.from(data, "latin1");
    expect(unpack(bytes, encoding)).toEqual([
      { line: 0, reason, message, bytes: bytes.toString(), isEncoded: true },
    ]);
  });
});

test("records of compressed data are no more in its encoding", () => {
  expect(unpack(zstdCompressSync('{"a":1}\n{'), "zstd")).toEqual([
    { line: 0, value: { a: 1 }, bytes: '{"a":1}', isEncoded: false },
    {
      line: 1,
      reason: "malformed-json",
      message: "not valid JSON",
      bytes: "{",
      isEncoded: false,
    },
  ]);
});

test("a line that is not UTF-8 fails alone, and says so", () => {
  const records = unpack(Buffer.concat([Buffer.from('{"a":1}\n'), Buffer.of(0xff)]));
  expect(records).toMatchObject([
    { value: { a: 1 } },
    { line: 1, reason: "invalid-utf8", message: "not valid UTF-8", isEncoded: false },
  ]);
});

describe("one value over several lines", () => {
  test("is a record of the whole, from the first line on", () => {
    const page = '\n{\n "a": 1\n}\n';
    expect(unpack(page)).toEqual([{ line: 0, value: { a: 1 }, bytes: page, isEncoded: false }]);
  });

  test("is looked for only where the first line is none", () => {
    expect(unpack('1\n{\n"a": 1}')).toMatchObject([
      { line: 0, value: 1 },
      { line: 1, reason: "malformed-json" },
      { line: 2, reason: "malformed-json" },
    ]);
  });

  test("is none where not all of it is UTF-8", () => {
    const page = Buffer.concat([Buffer.from('{\n"a":"'), Buffer.of(0xff), Buffer.from('"}')]);
    expect(unpack(page)).toMatchObject([
      { line: 0, reason: "malformed-json" },
      { line: 1, reason: "invalid-utf8" },
    ]);
  });

  test("is none of text", () => {
    expect(unpack("{\nGET /", undefined, { takesText: true })).toMatchObject([
      { line: 0, reason: "malformed-json" },
      { line: 1, value: "GET /" },
    ]);
  });
});

test("a long line says what is wrong with its parts", () => {
  const list = `[${"0,".repeat(10_000)}0]`;
  const deep = "[".repeat(1_001) + "]".repeat(1_001) + " ".repeat(20_000);
  expect(unpack(`1\n${list}\n${deep}`)).toMatchObject([
    { value: 1 },
    { reason: "too-many-records", message: "more parts than any event has" },
    { reason: "malformed-json", message: "nested too deep" },
  ]);
});

describe("text of a topic that takes it", () => {
  test.each([
    ["GET /\r", "GET /"],
    ["GET /", "GET /"],
    ['"A","B"\r', '"A","B"'],
    ['  "A', '  "A'],
    [' {"a":1}', { a: 1 }],
    ["\t[1]", [1]],
    ['"A"', "A"],
    ["\ufeffGET /", "GET /"],
  ])("%j is %j", (line, value) => {
    expect(unpack(line, undefined, { takesText: true })).toMatchObject([{ value }]);
  });

  test.each(["{a", "[17/May"])("%j begins as JSON, and is none", (line) => {
    expect(unpack(line, undefined, { takesText: true })).toMatchObject([
      { reason: "malformed-json" },
    ]);
  });
});
