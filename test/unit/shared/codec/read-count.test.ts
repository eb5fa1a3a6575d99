import { expect, test } from "vitest";
import { readCount } from "../../../../shared/codec/read-count.ts";

test.each([
  [0, 0],
  [12, 12],
  [9_007_199_254_740_991, 9_007_199_254_740_991],
  [9_007_199_254_740_992, undefined],
  [-1, undefined],
  [1.5, undefined],
  ["12", undefined],
  [[12], undefined],
  [null, undefined],
])("of %j it is %j", (told, count) => {
  expect(readCount(told)).toBe(count);
});
