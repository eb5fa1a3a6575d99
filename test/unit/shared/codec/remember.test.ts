import { expect, test } from "vitest";
import { remember } from "../../../../shared/codec/remember.ts";

/** Reads lengths, `null` of an empty text, and keeps which texts it was asked for. */
function start(mostKept: number) {
  const asked: string[] = [];
  const lengthOf = remember(mostKept, (text: string) => {
    asked.push(text);
    return text === "" ? null : text.length;
  });
  return { asked, lengthOf };
}

test("asks once for what comes again, also where there is nothing", () => {
  const { asked, lengthOf } = start(2);
  expect(["a", "", "a", "", "a"].map(lengthOf)).toEqual([1, null, 1, null, 1]);
  expect(asked).toEqual(["a", ""]);
});

test("keeps no more than it may: then it begins anew", () => {
  const { asked, lengthOf } = start(2);
  expect(["a", "bb", "ccc", "bb", "ccc", "a"].map(lengthOf)).toEqual([1, 2, 3, 2, 3, 1]);
  expect(asked).toEqual(["a", "bb", "ccc", "bb", "a"]);
});
