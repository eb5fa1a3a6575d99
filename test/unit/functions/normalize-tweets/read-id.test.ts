import { expect, test } from "vitest";
import { readAuthor, readId } from "../../../../functions/normalize-tweets/read-id.ts";

test.each([
  [["1146304818337722368", 1_146_304_818_337_722_400], "x:1146304818337722368"],
  [[undefined, "20"], "x:20"],
  [["", 20], "x:20"],
  [[1_146_304_818_337_722_400, "20"], "x:20"],
  [[9_007_199_254_740_991], "x:9007199254740991"],
  [[0], "x:0"],
])("of %j the first that is exact is the identity", (candidates, id) => {
  expect(readId(...candidates)).toBe(id);
  expect(readAuthor(...candidates)).toBe(id);
});

test.each([
  [[], "missing-id"],
  [["", undefined, null, {}, ["20"]], "missing-id"],
  [["twenty", "2 0", "-20", "1".repeat(21)], "missing-id"],
  [[9_007_199_254_740_992], "unsafe-id"],
  [["", 1.5], "unsafe-id"],
  [[-20, undefined], "unsafe-id"],
])("%j hold none", (candidates, reason) => {
  expect(readId(...candidates)).toEqual({ reason });
  expect(readAuthor(...candidates)).toBeUndefined();
});
