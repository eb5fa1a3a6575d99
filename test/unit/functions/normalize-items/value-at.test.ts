import { expect, test } from "vitest";
import { valueAt } from "../../../../functions/normalize-items/value-at.ts";

test.each([
  ["a value", { a: { b: 1 } }, ["a", "b"], 1],
  ["all of it", { a: 1 }, [], { a: 1 }],
  ["what is false", { a: false }, ["a"], false],
  ["null", { a: null }, ["a"], undefined],
  ["behind null", { a: null }, ["a", "b"], undefined],
  ["of a text", { a: "text" }, ["a", "length"], undefined],
  ["of a list", { a: [1] }, ["a", "0"], undefined],
  ["what every object has", {}, ["constructor"], undefined],
  ["what every object within has", { a: {} }, ["a", "toString"], undefined],
])("%s", (_, value, path, found) => {
  expect(valueAt(value, path)).toEqual(found);
});
