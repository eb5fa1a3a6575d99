import { describe, expect, test } from "vitest";
import { eventIdOfOwn, eventIdOfText } from "../../../../shared/events/event-id.ts";

describe("the id of a native id", () => {
  test.each([
    ["a/b", "log:a/b"],
    ["x".repeat(508), `log:${"x".repeat(508)}`],
    ["x".repeat(509), undefined],
    ["a b", undefined],
    ["", undefined],
  ])("that is any text: %.20s", (nativeId, expected) => {
    expect(eventIdOfText("log", nativeId)).toBe(expected);
  });

  test("that is made here, which must be one", () => {
    expect(eventIdOfOwn("log", "Zm9v/3")).toBe("log:Zm9v/3");
    expect(() => eventIdOfOwn("log", "a b")).toThrow("log: no id can be made of 3 letters");
  });
});
