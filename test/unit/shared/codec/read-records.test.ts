import { describe, expect, test } from "vitest";
import { type ReadRecord, readRecords } from "../../../../shared/codec/read-records.ts";
import { delivery } from "../../../support/deliveries.ts";

/** Takes values with an `a` that is a number, and text of lines where it is told so. */
const reader = {
  stage: "test",
  functionVersion: "v1",
  read: (value: unknown): ReadRecord<unknown> => {
    if (typeof value === "object" && value !== null && "a" in value && value.a !== "bad") {
      return { read: value.a };
    }
    const issues = [{ path: "a", message: "no a" }];
    return { reason: "invalid-field", issues };
  },
};

describe("the records of a message", () => {
  test("are read in order, with their bytes but without those of what fails", () => {
    const message = delivery('{"a":1}\n{"b":2}\n\n{"a":"ü"}\n{"a":');
    const { read, bytes, failed } = readRecords(message, reader);
    expect(read).toEqual([1, "ü"]);
    expect(bytes).toBe(7 + 10);
    expect(failed).toMatchObject([
      {
        id: "test:m1/records[1]",
        stage: "test",
        function_version: "v1",
        reason: "invalid-field",
        issues: [{ path: "records[1].a", message: "no a" }],
        items: 1,
        position: "records[1]",
        original: Buffer.from('{"b":2}').toString("base64"),
      },
      {
        reason: "malformed-json",
        issues: [{ path: "records[4]", message: "not valid JSON" }],
        position: "records[4]",
        original: Buffer.from('{"a":').toString("base64"),
      },
    ]);
  });

  test("tell their reader where in the message they stand, and of which bytes they are", () => {
    const asked: unknown[] = [];
    readRecords(delivery('{"a":1}\n\n{"a": 2}'), {
      ...reader,
      read: (value, { bytes, line }) => {
        asked.push([value, Buffer.from(bytes).toString(), line]);
        return { read: value };
      },
    });
    expect(asked).toEqual([
      [{ a: 1 }, '{"a":1}', 0],
      [{ a: 2 }, '{"a": 2}', 2],
    ]);
  });

  test("may be text where the reader takes it", () => {
    const texts = { ...reader, read: (value: unknown) => ({ read: value }) };
    expect(readRecords(delivery("GET /"), { ...texts, takesText: true }).read).toEqual(["GET /"]);
    expect(readRecords(delivery("GET /"), texts).read).toEqual([]);
  });

  test("that cannot be decompressed are kept as they came, with their encoding", () => {
    const message = delivery("no zstd");
    message.attributes = { "content-encoding": "zstd" };
    expect(readRecords(message, reader)).toMatchObject({
      read: [],
      bytes: 0,
      failed: [
        {
          reason: "corrupt-data",
          original: message.payload,
          attributes: [{ name: "content-encoding", value: "zstd" }],
        },
      ],
    });
  });
});
