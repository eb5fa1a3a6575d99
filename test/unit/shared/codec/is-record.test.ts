import { expect, test } from "vitest";
import { isRecord } from "../../../../shared/codec/is-record.ts";

test.each([
  [{}, true],
  [{ a: 1 }, true],
  [[], false],
  [null, false],
  ["{}", false],
  [undefined, false],
])("%j is an object: %s", (value, expected) => {
  expect(isRecord(value)).toBe(expected);
});
