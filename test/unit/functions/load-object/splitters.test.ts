import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keptBytes } from "../../../../functions/load-object/gather-record.ts";
import type { RawRecord, Splitter } from "../../../../functions/load-object/record.ts";
import { splitLines } from "../../../../functions/load-object/split-lines.ts";

const large = 1_000_000;

/** All records of the text, which comes in chunks of `size` bytes. */
function split(splitter: Splitter, text: string, size = large): RawRecord[] {
  const bytes = Buffer.from(text);
  const records: RawRecord[] = [];
  for (let start = 0; start < bytes.length; start += size) {
    records.push(...splitter.push(bytes.subarray(start, start + size)));
  }
  records.push(...splitter.end());
  return records;
}

const texts = (records: RawRecord[]) => records.map(({ bytes }) => bytes.toString());

describe("lines", () => {
  test.each<[string, string[]]>([
    ["", []],
    ["a", ["a"]],
    ["a\n", ["a"]],
    ["a\nb", ["a", "b"]],
    ["\n\na\n", ["", "", "a"]],
    ["a\r\nb\r\n", ["a\r", "b\r"]],
  ])("of %j are %j", (text, expected) => {
    for (const size of [1, 2, 3, large]) {
      const records = split(splitLines(large), text, size);
      expect(texts(records)).toEqual(expected);
      expect(records.map(({ index }) => index)).toEqual(expected.map((_, index) => index));
      expect(records.map(({ line }) => line)).toEqual(expected.map((_, index) => index + 1));
    }
  });

  test("end with carriage returns where nothing else ends them", () => {
    for (const size of [1, 2, large]) {
      expect(texts(split(splitLines(large, "\r"), "a\rb\r\rc", size))).toEqual(["a", "b", "", "c"]);
    }
  });

  test("are the same however the content is cut into chunks", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 9 }), (text, size) => {
        const lines = text.split("\n");
        if (lines.at(-1) === "") lines.pop();
        expect(texts(split(splitLines(large), text, size))).toEqual(lines);
      }),
    );
  });

  test("that are too long are shortened, and those beside them are whole", () => {
    const long = "x".repeat(keptBytes + 50);
    for (const size of [1_000, keptBytes, large]) {
      const records = split(splitLines(keptBytes), `a\n${long}\nb\n${long}`, size);

      expect(records.map(({ length }) => length)).toEqual([1, long.length, 1, long.length]);
      expect(records.map(({ bytes }) => bytes.length)).toEqual([1, keptBytes, 1, keptBytes]);
    }
  });

  test("may be as long as allowed", () => {
    const [record] = split(splitLines(10), "0123456789\n", 4);
    expect(record).toMatchObject({ length: 10, bytes: Buffer.from("0123456789") });
  });

  test("take no more memory than allowed, however long one is", () => {
    const splitter = splitLines(100_000);
    const chunk = Buffer.alloc(50_000, "x");
    const before = process.memoryUsage().arrayBuffers;
    for (let turn = 0; turn < 2_000; turn++) expect([...splitter.push(chunk)]).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5_000_000);
    expect([...splitter.end()][0]).toMatchObject({ length: 100_000_000 });
  });
});
