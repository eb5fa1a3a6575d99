import { expect, test } from "vitest";
import { recordIndexes } from "../../../../functions/normalize-logs/record-indexes.ts";

test("a line is the record of its file that the attribute says", () => {
  const indexOf = recordIndexes("0-1,17,120-1121");
  expect([0, 1, 2, 3, 1_004].map(indexOf)).toEqual([0, 1, 17, 120, 1_121]);
  expect(indexOf(1_005)).toBeUndefined();
});

test.each([undefined, "", "all"])("is not told by %j", (attribute) => {
  expect(recordIndexes(attribute)(0)).toBeUndefined();
});
