import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keptBytes } from "../../../../functions/load-object/gather-record.ts";
import type { RawRecord, Splitter } from "../../../../functions/load-object/record.ts";
import { splitArray } from "../../../../functions/load-object/split-array.ts";
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

const texts = (records: RawRecord[]) =>
  records.map(({ bytes, problem }) => `${bytes.toString()}${problem ? `!${problem}` : ""}`);

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

describe("elements of an array", () => {
  test.each<[string, string[]]>([
    ["[]", []],
    [" [ ] \n", []],
    ['[{"a":1}]', ['{"a":1}']],
    ['[{"a":1}, {"b":2}]\n', ['{"a":1}', '{"b":2}']],
    ['[{"a":[1,2,{"b":"],["}]},3]', ['{"a":[1,2,{"b":"],["}]}', "3"]],
    ['["\\"]", "\\\\", ","]', ['"\\"]"', '"\\\\"', '","']],
    ["[1,,2]", ["1", "", "2"]],
    ["[,]", ["", ""]],
    ["[1,]", ["1", ""]],
    ["[1}]", ["1}"]],
    ["[1] x", ["1", "x!something else follows the array"]],
    ["[1][2]", ["1", "[2]!something else follows the array"]],
    ['[{"a":1}', ['{"a":1}', "!the array is not closed"]],
    ["[1,", ["1", "!the array is not closed"]],
    ["[", ["!the array is not closed"]],
    ['["a]', ['"a]', "!the array is not closed"]],
  ])("of %j are %j", (text, expected) => {
    for (const size of [1, 2, 3, 5, large]) {
      const records = split(splitArray(large), text, size);
      expect(texts(records).map((one) => one.trimEnd())).toEqual(expected);
      expect(records.map(({ index }) => index)).toEqual(expected.map((_, index) => index));
    }
  });

  test("know the line on which they begin", () => {
    const records = split(splitArray(large), '[\n{\n"a":1\n}\n,\n\n2 ,3\n]', 2);
    expect(records.map(({ line }) => line)).toEqual([2, 7, 7]);
  });

  test("are what the platform's parser finds, however the content is cut and indented", () => {
    const arrays = fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 8 });
    fc.assert(
      fc.property(arrays, fc.nat(3), fc.integer({ min: 1, max: 9 }), (values, indent, size) => {
        const text = JSON.stringify(values, null, indent);
        const found = split(splitArray(large), text, size).map(({ bytes }) =>
          JSON.parse(bytes.toString()),
        );
        expect(JSON.stringify(found)).toBe(JSON.stringify(values));
      }),
    );
  });

  test("that are too long are shortened", () => {
    const long = `"${"x".repeat(keptBytes)}"`;
    for (const size of [999, large]) {
      const records = split(splitArray(keptBytes), `[1,${long},2]`, size);
      expect(records.map(({ length }) => length)).toEqual([1, long.length, 1]);
      expect(records.map(({ bytes }) => bytes.length)).toEqual([1, keptBytes, 1]);
    }
  });
});
