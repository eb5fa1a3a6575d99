import { describe, expect, test } from "vitest";
import { scanJson } from "../../../../shared/codec/scan-json.ts";

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const scan = (text: string) => scanJson(Buffer.from(text));

describe("the shape of a JSON text", () => {
  test.each([
    ["null", { kind: "scalar", elements: 0 }],
    [' "a" ', { kind: "scalar", elements: 0 }],
    ["[]", { kind: "array", elements: 0 }],
    ["[ ]", { kind: "array", elements: 0 }],
    ["[1]", { kind: "array", elements: 1 }],
    ["[[1,2,3],{},\n[4,5]]", { kind: "array", elements: 3 }],
    ["{}", { kind: "object", elements: 0 }],
    ['{"a":{},"a":[]}', { kind: "object", elements: 2 }],
    ["-0.0E-1", { kind: "scalar", elements: 0 }],
    ["true", { kind: "scalar", elements: 0 }],
    ["[\t1\r\n,\t2 ]", { kind: "array", elements: 2 }],
    ["[true,false,null]", { kind: "array", elements: 3 }],
    ["[0,10,-1,1.5,1e5,1E+5,0.0e-3]", { kind: "array", elements: 7 }],
    ['{"\\"\\\\\\b\\f\\r\\t":"\\u00fF"}', { kind: "object", elements: 1 }],
    ['{ "a" : [ 1 , 2 ] , "b" : { } }', { kind: "object", elements: 2 }],
    ['{"a":[1,2,{"b":[]}],"c":-0.5e+7}\r\n', { kind: "object", elements: 2 }],
    ['"\\u00e9\\n\\/ ☕"', { kind: "scalar", elements: 0 }],
  ])("%j", (text, shape) => {
    expect(scan(text)).toMatchObject(shape);
  });

  test.each([
    ["[1,2,3]", 0],
    ['{"a":1}', 0],
    ['{"a":[1,2,3],"b":[],"c":[[1],[2]]}', 5],
    ['[{"a":[1,2]},[3,4],{"b":[5]}]', 3],
    ['{"a":{"b":[1,2]},"c":{"d":{"e":[3]}}}', 2],
    ['{"data":[{"a":[1,2]}]}', 1],
  ])("%j has %d elements in lists of its envelope", (text, listed) => {
    expect(scan(text)).toMatchObject({ listed });
  });

  test.each([
    ["", " ", "[", "]", "{", "}", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1}", '{"a":1]', "[]]"],
    ["{}{}", "{},", "{]", "[}", "{,}", '"a\u0000b"', "\f{}", '"\\u00', "nullx", "-0.", "1e-"],
    ['{"a"}', '{"a":}', '{"a":1,}', "{a:1}", '{"a" 1}', "{1:1}", '{"a":1 "b":2}', "[{]}"],
    ["01", "-", "-01", "1.", ".5", "1e", "1e+", "+1", "0x1", "1_0", "NaN", "Infinity", "--1"],
    ['"', '"a', '"\\', '"\\x"', '"\\u12"', '"\\u12g4"', '"\n"', '"\t"', "'a'", '"a"b'],
    [
      "trux",
      "falsy",
      "nulL",
      "tru",
      "[tru]",
      "truefalse",
      "[nullnull]",
      '{a":1}',
      '{"a"x1}',
      '{"a";1}',
    ],
    ['"\\x1234"', '"\\U1234"', '"\\u123"', "1ex5", "1e5.", "1e+-5", "00", "-00", "1.e5", "[1e]"],
    ['{"a":1,}', '{"a":1,2}', '{"a":1,"b"}', '{"\\x":1}', '{"a\nb":1}', '[1,"\u0001"]', '["\\x"]'],
    ["nul", "nulll", "True", "tru e", "//", "/**/1", "\ufeff1", "\u00a01", "\u00001", "1\u0000"],
  ])("malformed: %j and alike", (...texts) => {
    for (const text of texts) {
      expect(isJson(text), text).toBe(false);
      expect(scan(text), text).toBe("malformed");
    }
  });
});

test("nesting has a bound, far beyond any event", () => {
  const nested = (depth: number) => `${'{"a":['.repeat(depth)}1${"]}".repeat(depth)}`;
  expect(scan(nested(500))).toEqual({ kind: "object", elements: 1, listed: 1 });
  expect(scan(nested(501))).toBe("too-deep");
  expect(scan("[".repeat(5_000_000))).toBe("too-deep");
  expect(scan(`${"[".repeat(1_000)}${"]".repeat(999)}`)).toBe("malformed");
});

describe("parts have a bound, far beyond any event", () => {
  const list = (elements: number) => `[${"0,".repeat(elements - 1)}0]`;
  const object = (members: number) =>
    `{${Array.from({ length: members }, (_, n) => `"${n}":0`).join()}}`;

  test.each([
    ["a list", list],
    ["an object", object],
    [
      "a list in an object",
      (count: number) => `{"for_user_id":"1","favorite_events":${list(count)}}`,
    ],
    ["a list in a list", (count: number) => `[[1,2],${list(count)},[3]]`],
  ])("%s may have 10,000 elements", (_, write) => {
    expect(scan(write(10_000))).toMatchObject({ elements: expect.any(Number) });
    expect(scan(write(10_001))).toBe("too-many");
  });

  test("a text may have 10,000 arrays and objects, and more when it is long", () => {
    const empty = (count: number) =>
      `[${Array.from({ length: 10 }, () => `[${"[],".repeat(count / 10 - 2)}[]]`).join()}]`;
    expect(scan(empty(9_990))).toMatchObject({ kind: "array" });
    expect(scan(empty(10_010))).toBe("too-many");
    expect(scan(`[${"[],".repeat(9_998)}[]]`)).toMatchObject({ elements: 9_999 });
    expect(scan(`[${"[],".repeat(9_999)}[]]`)).toBe("too-many");
    const page = `[${Array.from({ length: 10 }, () => list(1_000).replaceAll("0", '{"text":"0123456789"}')).join()}]`;
    expect(scan(page)).toEqual({ kind: "array", elements: 10, listed: 0 });
  });

  test("is looked at before what comes after it", () => {
    expect(scan(`${list(10_001)} and no JSON`)).toBe("too-many");
  });
});
