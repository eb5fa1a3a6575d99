import { expect, test } from "vitest";
import { describeError } from "../../../../shared/environment/describe-error.ts";

test("an error is told with its causes, outermost first", () => {
  const cause = new TypeError("refused", { cause: new RangeError("port 0") });
  expect(describeError(new Error("no Pub/Sub", { cause }))).toEqual({
    error: ["Error: no Pub/Sub", "TypeError: refused", "RangeError: port 0"],
  });
});

test("no stack and no long message is told, nor more than five causes", () => {
  let error = new Error("x".repeat(501));
  for (let depth = 0; depth < 9; depth++) error = new Error(`${depth}`, { cause: error });
  expect(describeError(error)).toEqual({
    error: ["Error: 8", "Error: 7", "Error: 6", "Error: 5", "Error: 4"],
  });
  expect(describeError(new Error("x".repeat(501)))).toEqual({
    error: [`Error: ${"x".repeat(500)}`],
  });
});

test.each([["secret"], [undefined], [{ message: "secret" }]])(
  "%j is told as no error",
  (thrown) => {
    expect(describeError(thrown)).toEqual({ error: ["not an Error"] });
  },
);
