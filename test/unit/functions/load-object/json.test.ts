import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readJsonLines } from "../../../../functions/load-object/read-json.ts";
import { splitLines } from "../../../../functions/load-object/split-lines.ts";

const large = 1_000_000;

/** Rows as text, failures as `line: reason`. */
function read(text: string | Buffer, { size = large, maxBytes = large } = {}): string[] {
  const reader = readJsonLines(splitLines(maxBytes), maxBytes);
  const bytes = Buffer.from(text);
  const found: string[] = [];
  const keep = (records: ReturnType<typeof reader.end>) => {
    for (const record of records) {
      found.push("row" in record ? record.row.toString() : `${record.raw.line}: ${record.reason}`);
    }
  };
  for (let start = 0; start < bytes.length; start += size) {
    keep(reader.push(bytes.subarray(start, start + size)));
  }
  keep(reader.end());
  return found;
}

/** As rows that the content must give, whatever it is cut into. */
const expectRead = (text: string, expected: string[]) => {
  for (const size of [1, 3, 7, large]) expect(read(text, { size })).toEqual(expected);
};

describe("lines of JSON", () => {
  test.each<[string, string[]]>([
    ['{"a":1}\n\n[{"b":2}]\r\n', ['{"a":1}', '[{"b":2}]']],
    ["[]\n{}", ["[]", "{}"]],
    ['1\n"a"\nnull\n', ["1: unknown-shape", "2: unknown-shape", "3: unknown-shape"]],
    ["x\n{x}\n}\n", ["1: malformed-json", "2: malformed-json", "3: malformed-json"]],
  ])("in %j are %j", expectRead);
});

describe("a value that is spread over lines", () => {
  test.each<[string, string[]]>([
    ['{\n  "a": 1,\n  "b": [\n    2\n  ]\n}\n', ['{   "a": 1,   "b": [     2   ] }']],
    ['{\r\n\t"a": "}\\"{"\r\n}\r\n{"b":2}', ['{  \t"a": "}\\"{"  } ', '{"b":2}']],
    ['[{"a":1},\n{"b":2}\n]', ['[{"a":1}, {"b":2} ]']],
    ['{"a":\n\n{"b":2}}\n{\n}\n', ['{"a":  {"b":2}}', "{ }"]],
    ['{\n"a":\n1\n}\n{\n"b"\n:2\n}', ['{ "a": 1 }', '{ "b" :2 }']],
  ])("in %j is one row: %j", expectRead);

  test("is what the platform's parser finds, beside others and however it is cut", () => {
    const value = fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()));
    const values = fc.array(value, { maxLength: 5 });
    fc.assert(
      fc.property(values, fc.nat(3), fc.integer({ min: 1, max: 50 }), (all, indent, size) => {
        const text = all.map((one) => JSON.stringify(one, null, indent)).join("\n");
        expect(read(text, { size }).map((row): unknown => JSON.parse(row))).toEqual(
          all.map((one): unknown => JSON.parse(JSON.stringify(one))),
        );
      }),
    );
  });

  test("is told by its first line", () => {
    const reader = readJsonLines(splitLines(large), large);
    const text = '{"a":1}\n{\n"b":2\n}\n{"c":3}\n';
    const places = [...reader.push(Buffer.from(text)), ...reader.end()].map(({ raw }) => raw);
    expect(places.map(({ index, line }) => [index, line])).toEqual([
      [0, 1],
      [1, 2],
      [4, 5],
    ]);
  });

  test("may be as long as a line, and no longer", () => {
    const text = '{\n"a":\n1\n}\n';
    expect(read(text, { maxBytes: text.length - 1 })).toEqual(['{ "a": 1 }']);
    expect(read(text, { maxBytes: text.length - 2 })).toHaveLength(4);
  });
});

describe("a line that is cut off", () => {
  const good = '{"id":1}\n{"id":2}\n{"id":3}\n';
  const rows = ['{"id":1}', '{"id":2}', '{"id":3}'];

  test.each(["{", '{"a', '{"a"', '{"a":', '{"a":1', '{"a":{"b":[1,', '{"a":[{"b":2}', "[", "[1,"])(
    "as %j fails alone, wherever it stands",
    (torn) => {
      expectRead(`${torn}\n${good}`, ["1: malformed-json", ...rows]);
      expectRead(`${good}${torn}`, [...rows, "4: malformed-json"]);
      expectRead(`${good}${torn}\n${torn}\n${good}`, [
        ...rows,
        "4: malformed-json",
        "5: malformed-json",
        ...rows,
      ]);
    },
  );

  test("leaves the values after it whole, spread over lines or not", () => {
    const pretty = '{\n "id": 4\n}\n';
    const torn = '{\n "a": {\n';
    expectRead(`${torn}${pretty}${good}${torn}${pretty}`, [
      "1: malformed-json",
      "2: malformed-json",
      '{  "id": 4 }',
      ...rows,
      "9: malformed-json",
      "10: malformed-json",
      '{  "id": 4 }',
    ]);
  });

  test("makes no rows of parts of its value", () => {
    const failures = [1, 2, 3, 4, 5, 6, 7].map((line) => `${line}: malformed-json`);
    expectRead('{\n "tweets": [\n  {\n   "id": 1\n  }\n ],,\n}\n', failures);
  });

  test("is one that is no UTF-8 in one of its lines", () => {
    const text = Buffer.concat([Buffer.from('{\n"a": "'), Buffer.of(0xff), Buffer.from('"\n}\n')]);
    expect(read(text)).toEqual(["1: malformed-json", "2: invalid-utf8", "3: malformed-json"]);
  });
});

describe("lines that are no value together", () => {
  test.each<[string, string]>([
    ["brackets that are never closed", "[\n"],
    ["braces that are never closed", "{\n"],
    ["an array without end", "[1,\n"],
    ["an object without end", '{"a":\n'],
  ])(
    "are read in time that grows with them only: %s",
    (_what, line) => {
      expect(read(line.repeat(20_000))).toHaveLength(20_000);
    },
    5_000,
  );

  test("are held in numbers that a message may have", () => {
    const reader = readJsonLines(splitLines(large), large);
    expect([...reader.push(Buffer.from(`[\n${"\n".repeat(99_999)}`))]).toEqual([]);
    expect([...reader.push(Buffer.from("\n"))]).toMatchObject([{ reason: "malformed-json" }]);
  });
});
