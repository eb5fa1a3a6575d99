import { expect, test } from "vitest";
import { jsonLines } from "../../../../shared/codec/json-lines.ts";

test("each event is a line of its own", () => {
  expect(jsonLines([{ a: 1 }, { b: "x\ny" }])).toEqual(['{"a":1}', '{"b":"x\\ny"}']);
  expect(jsonLines([])).toEqual([]);
});
