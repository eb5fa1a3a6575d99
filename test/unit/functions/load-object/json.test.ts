import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keptBytes } from "../../../../functions/load-object/gather-record.ts";
import { readJson } from "../../../../functions/load-object/read-json.ts";
import type { JudgedRecord } from "../../../../functions/load-object/record.ts";
import { threadCpuMs } from "../../../support/thread-cpu-ms.ts";

const large = 1_000_000;

function readAll(
  text: string | Buffer,
  { size = large, maxBytes = large, isArray = false } = {},
): JudgedRecord[] {
  const reader = readJson(maxBytes, { isArray });
  const bytes = Buffer.from(text);
  const found: JudgedRecord[] = [];
  for (let start = 0; start < bytes.length; start += size) {
    found.push(...reader.push(bytes.subarray(start, start + size)));
  }
  found.push(...reader.end());
  return found;
}

/** Rows as text, failures as `line: reason`. */
const read = (...content: Parameters<typeof readAll>): string[] =>
  readAll(...content).map((record) =>
    "row" in record ? record.row.toString() : `${record.raw.line}: ${record.reason}`,
  );

/** As rows that the content must give, whatever it is cut into. */
const expectRead = (text: string, expected: string[], isArray = false) => {
  for (const size of [1, 2, 3, 7, 50, large]) {
    expect(read(text, { size, isArray }), `in chunks of ${size}`).toEqual(expected);
  }
};

describe("lines of JSON", () => {
  test.each<[string, string[]]>([
    ['{"a":1}\n\n[{"b":2}]\r\n', ['{"a":1}', '[{"b":2}]']],
    ['  {"a":1} \t\n', ['{"a":1}']],
    ["[]\n{}", ["[]", "{}"]],
    ['1\n"a"\nnull\n', ["1: unknown-shape", "2: unknown-shape", "3: unknown-shape"]],
    ["x\n{x}\n}\n", ["1: malformed-json", "2: malformed-json", "3: malformed-json"]],
    ['{"a":1} x\n{"b":2}\n', ["1: malformed-json", '{"b":2}']],
    ['{"a":1}}\n{"b":2}\n', ["1: malformed-json", '{"b":2}']],
    ['{"a":1},\n{"b":2},\n', ['{"a":1}', '{"b":2}']],
    ['{"a":1}\r{"b":2}\r', ['{"a":1}', '{"b":2}']],
  ])("in %j are %j", (text, rows) =>
    expectRead(
      text,
      rows.map((row) => row.trimEnd()),
    ),
  );
});

describe("values one right after another", () => {
  test.each<[string, string[]]>([
    ['{"a":1}{"b":2}', ['{"a":1}', '{"b":2}']],
    ['{"a":"}{"}{"b":2} {"c":3}\n{"d":4}', ['{"a":"}{"}', '{"b":2}', '{"c":3}', '{"d":4}']],
    ['{"a":1}, {"b":2}', ['{"a":1}', '{"b":2}']],
    ['{"a":1}[{"b":2}]', ["1: malformed-json"]],
    ['[{"a":1}]{"b":2}', ["1: malformed-json"]],
    ['{\n "a": 1\n}{\n "b": 2\n}{\n "c": 3\n}\n', ['{  "a": 1 }', '{  "b": 2 }', '{  "c": 3 }']],
    ['{"a":1}{"b":\n{"c":3}{"d":4}', ['{"a":1}', "1: malformed-json", '{"c":3}', '{"d":4}']],
    ['{"a":1}{b}{"c":3}\n{"d":4}', ['{"a":1}', "1: malformed-json", '{"d":4}']],
  ])("in %j are %j", (text, rows) => expectRead(text, rows));

  test("are as many as they are, without a line end in ten megabytes", () => {
    const one = JSON.stringify({ id: "1", text: "x".repeat(90) });
    const rows = read(one.repeat(100_000), { size: 65_536 });
    expect(rows).toHaveLength(100_000);
    expect(new Set(rows)).toEqual(new Set([one]));
  });

  test("have a place of their own each", () => {
    const records = readAll('{"a":1}{"b":2}\n{"c":3}\n\nx\n{"d":4}');
    expect(records.map(({ raw }) => [raw.index, raw.line])).toEqual([
      [0, 1],
      [1, 1],
      [2, 2],
      [3, 4],
      [4, 5],
    ]);
  });
});

describe("a value that is spread over lines", () => {
  test.each<[string, string[]]>([
    ['{\n  "a": 1,\n  "b": [\n    2\n  ]\n}\n', ['{   "a": 1,   "b": [     2   ] }']],
    ['{\r\n\t"a": "}\\"{"\r\n}\r\n{"b":2}', ['{  \t"a": "}\\"{"  }', '{"b":2}']],
    ['{"a":0}\n[{"a":1},\n{"b":2}\n]', ['{"a":0}', '[{"a":1}, {"b":2} ]']],
    ['{"a":\n\n{"b":2}}\n{\n}\n', ['{"a":  {"b":2}}', "{ }"]],
    ['{\n"a":\n1\n}\n{\n"b"\n:2\n}', ['{ "a": 1 }', '{ "b" :2 }']],
    ['  {\n    "a": 1\n  }\n  {"b":2}\n', ['{     "a": 1   }', '{"b":2}']],
  ])("in %j is one row: %j", (text, rows) => expectRead(text, rows));

  test("is what the platform's parser finds, beside others and however it is cut", () => {
    const value = fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()));
    const values = fc.array(value, { maxLength: 5 });
    const between = fc.constantFrom("\n", "\r\n", "\n\n", " \n");
    fc.assert(
      fc.property(
        values,
        fc.nat(3),
        between,
        fc.integer({ min: 1, max: 50 }),
        (all, indent, separator, size) => {
          const text = all.map((one) => JSON.stringify(one, null, indent)).join(separator);
          expect(read(text, { size }).map((row): unknown => JSON.parse(row))).toEqual(
            all.map((one): unknown => JSON.parse(JSON.stringify(one))),
          );
        },
      ),
    );
  });

  test("is told by its first line", () => {
    const records = readAll('{"a":1}\n{\n"b":2\n}\n{"c":3}\n');
    expect(records.map(({ raw }) => [raw.index, raw.line])).toEqual([
      [0, 1],
      [1, 2],
      [2, 5],
    ]);
  });

  test("may be as long as a line; a longer one fails as a whole", () => {
    const text = '{\n"a":\n1\n}\n{"b":2}\n';
    for (const size of [1, 4, large]) {
      expect(read(text, { size, maxBytes: 10 })).toEqual(['{ "a": 1 }', '{"b":2}']);
      expect(read(text, { size, maxBytes: 9 })).toEqual(["1: line-too-long", '{"b":2}']);
    }
  });
});

describe("a line that is cut off", () => {
  const good = '{"id":1}\n{"id":2}\n{"id":3}\n';
  const rows = ['{"id":1}', '{"id":2}', '{"id":3}'];

  test.each(["{", '{"a', '{"a"', '{"a":', '{"a":1', '{"a":{"b":[1,', '{"a":[{"b":2}', '{"a":[1,'])(
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
      '{  "id": 4 }',
      ...rows,
      "9: malformed-json",
      '{  "id": 4 }',
    ]);
  });

  test("makes no rows of parts of its value", () => {
    expectRead('{\n "tweets": [\n  {\n   "id": 1\n  }\n ],,\n}\n{"id":2}', [
      "1: malformed-json",
      '{"id":2}',
    ]);
    expectRead('{"a":0}\n{"tweets" [\n  {\n   "id": 1\n  }\n', [
      '{"a":0}',
      "2: malformed-json",
      "3: malformed-json",
      "4: malformed-json",
      "5: malformed-json",
    ]);
  });

  test("is one that is no UTF-8 in one of its lines", () => {
    const text = Buffer.concat([
      Buffer.from('{\n"a": "'),
      Buffer.of(0xff),
      Buffer.from('"\n}\n{}'),
    ]);
    expect(read(text)).toEqual(["1: invalid-utf8", "{}"]);
  });
});

describe("elements of an array", () => {
  const bad = "1: malformed-json";
  const scalar = "1: unknown-shape";

  test.each<[string, string[]]>([
    ["[]", []],
    [" [ ] \n", []],
    ['[{"a":1}]', ['{"a":1}']],
    ['[{"a":1}, {"b":2}]\n', ['{"a":1}', '{"b":2}']],
    ['[{"a":[1,2,{"b":"],["}]},[3]]', ['{"a":[1,2,{"b":"],["}]}', "[3]"]],
    ['[{"a":"\\"]\\\\"}, 1, ","]', ['{"a":"\\"]\\\\"}', scalar, scalar]],
    ["[1,,2]", [scalar, bad, scalar]],
    ["[,]", [bad, bad]],
    ["[1,]", [scalar, bad]],
    ["[1}]", [bad]],
    ["[1 2,{}]", [bad, "{}"]],
    ['[{"a" 1},{"b":[}]},{"c":3}]', [bad, bad, '{"c":3}']],
    ['[{"a":x "c\\",{}"},{"b":2}]', [bad, '{"b":2}']],
    ["[{}] x", ["{}", bad]],
    ["[{}][{}]", ["{}", bad]],
    ["[{}],", ["{}", bad]],
    ['[{"a":1}', ['{"a":1}', bad]],
    ["[1,", [scalar, bad]],
    ["[", [bad]],
    ['["a]', [bad, bad]],
  ])("of %j are %j", (text, expected) => expectRead(text, expected, true));

  test("are told to be all, or not", () => {
    const messages = (text: string) =>
      readAll(text, { isArray: true }).flatMap((one) => ("reason" in one ? one.message : []));
    expect(messages('[{"a":1}')).toEqual(["the array is not closed"]);
    expect(messages('[{"a":1}] x')).toEqual(["something else follows the array"]);
    expect(messages('[{"a":1}]')).toEqual([]);
  });

  test("know the line on which they begin", () => {
    for (const size of [2, large]) {
      const records = readAll('[\n{\n"a":1\n}\n,\n\n2 ,3\n]', { size, isArray: true });
      expect(records.map(({ raw }) => [raw.index, raw.line])).toEqual([
        [0, 2],
        [1, 7],
        [2, 7],
      ]);
    }
  });

  test("may be followed by lines of other values", () => {
    const text = '[{"a":1},{"b":2}]\n[{"c":3}]\n{"d":4}\nx\n';
    expectRead(text, ['{"a":1}', '{"b":2}', '[{"c":3}]', '{"d":4}', "4: malformed-json"], true);
  });

  test.each([
    '  {"id": 2, "a": {\n',
    '  {"id": 2,\n',
    '  {"id": 2, "text": "cut\n',
    '  {\n    "id": 2,\n    "user": {\n      "id": 7\n    },\n',
    '  {\n    "id": 2,,\n    "user": {\n      "id": 7\n    }\n  },\n',
  ])("that are cut off as %j take no other with them, nor are their parts elements", (torn) => {
    const text = `[\n  {"id": 1},\n${torn}  {"id": 3},\n  {\n    "id": 4\n  }\n]\n`;
    expectRead(text, ['{"id": 1}', "3: malformed-json", '{"id": 3}', '{     "id": 4   }'], true);
  });

  test("are what the platform's parser finds, however the content is cut and indented", () => {
    const arrays = fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 8 });
    fc.assert(
      fc.property(arrays, fc.nat(3), fc.integer({ min: 1, max: 9 }), (values, indent, size) => {
        const text = JSON.stringify(values, null, indent);
        const found = readAll(text, { size, isArray: true }).map(({ raw }): unknown =>
          JSON.parse(raw.bytes.toString()),
        );
        expect(JSON.stringify(found)).toBe(JSON.stringify(values));
      }),
    );
  });
});

test("whatever the content is, its records are the same however it is cut into chunks", () => {
  const tokens = '{ } [ ] " \\ , : 1 x {"a":1} {"a":1}\n {"a":[ {\n [1,2] \n \n\n'.split(" ");
  const texts = fc.array(fc.constantFrom(" ", "\n", "\n ", ...tokens), { maxLength: 30 });
  fc.assert(
    fc.property(texts, fc.boolean(), fc.integer({ min: 1, max: 9 }), (parts, begins, size) => {
      const text = begins ? `[${parts.join("")}` : parts.join("");
      for (const maxBytes of [large, 12]) {
        const whole = readAll(text, { isArray: begins, maxBytes });
        expect(readAll(text, { isArray: begins, maxBytes, size })).toEqual(whole);
      }
      const kept = readAll(text, { isArray: begins }).map(({ raw }) => raw.bytes.toString());
      expect(withoutBetween(kept.join(""))).toBe(withoutBetween(text));
    }),
    { numRuns: 500 },
  );
});

/** Content without what may stand between its records. */
const withoutBetween = (text: string): string => text.replace(/[\s,[\]]/g, "");

describe("records that are too long", () => {
  const long = "x".repeat(keptBytes);

  test.each<[string, boolean]>([
    [`{}\n{"a":"${long}"}\n{}\n`, false],
    [`{}\n${long}${long}\n{}\n`, false],
    [`{}{"a":"${long}"}{}`, false],
    [`[{},{"a":"${long}"},{}]`, true],
    [`[{},${long}${long},{}]`, true],
  ])("are shortened, and those beside them are whole", (text, isArray) => {
    for (const size of [999, large]) {
      const records = readAll(text, { size, isArray, maxBytes: keptBytes });
      expect(records.map((one) => ("row" in one ? "row" : one.reason))).toEqual([
        "row",
        "line-too-long",
        "row",
      ]);
      expect(records[1]?.raw.bytes).toHaveLength(keptBytes);
      expect(records[1]?.raw.length).toBeGreaterThan(keptBytes);
    }
  });

  test("take no more memory than allowed, however long one is", () => {
    const reader = readJson(100_000, { isArray: false });
    const chunk = Buffer.alloc(50_000, "x");
    const before = process.memoryUsage().arrayBuffers;
    expect([...reader.push(Buffer.from('{"a":"'))]).toEqual([]);
    for (let turn = 0; turn < 1_000; turn++) expect([...reader.push(chunk)]).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5_000_000);
    expect([...reader.end()][0]?.raw).toMatchObject({ length: 50_000_006 });
  });
});

describe("lines that are no value together", () => {
  test.each<[string, string]>([
    ["brackets that are never closed", "[\n"],
    ["braces that are never closed", "{\n"],
    ["an array without end", "[1,\n"],
    ["an object without end", '{"a":\n'],
  ])("are read in time that grows with them only: %s", (_what, line) => {
    const took = threadCpuMs(() => {
      expect(read(`{}\n${line.repeat(5_000)}`)).toHaveLength(5_001);
      expect(read(`{}\n${line.repeat(5_000)}`, { size: 100 })).toHaveLength(5_001);
    });
    expect(took).toBeLessThan(5_000);
  });
});
