import { describe, expect, test } from "vitest";
import {
  eventId,
  eventIdOf,
  eventIdOfOwn,
  eventIdOfText,
} from "../../../../shared/events/event-id.ts";

test.each(["x:20", "a-2:b", "bluesky:did:plc:abc/3l3q", `x:${"0".repeat(510)}`])(
  "%.20s is an id",
  (id) => {
    expect(eventId.parse(id)).toBe(id);
  },
);

test.each(["20", ":20", "x:", "X:20", "2x:20", "x_y:20", "x:2 0", "x:20\n", ` x:20`])(
  "%j is no id",
  (id) => {
    expect(eventId.safeParse(id).success).toBe(false);
  },
);

test("an id is no longer than 512 characters", () => {
  expect(eventId.safeParse(`x:${"0".repeat(511)}`).success).toBe(false);
});

describe("the id of a native id", () => {
  test.each([
    ["x", "20", "x:20"],
    ["a-2", "12345678901234567890", "a-2:12345678901234567890"],
    ["x", "123456789012345678901", undefined],
    ["x", "", undefined],
    ["x", "2e1", undefined],
    ["x", "20 ", undefined],
    ["x", "0", "x:0"],
    ["x", "020", undefined],
    ["x", "00", undefined],
    ["X", "20", undefined],
    [" x", "20", undefined],
    ["", "20", undefined],
  ])("that is a number: %s, %s", (source, nativeId, expected) => {
    expect(eventIdOf(source, nativeId)).toBe(expected);
  });

  test.each([
    ["a/b", "log:a/b"],
    ["x".repeat(508), `log:${"x".repeat(508)}`],
    ["x".repeat(509), undefined],
    ["a b", undefined],
    ["", undefined],
  ])("that is any text: %.20s", (nativeId, expected) => {
    expect(eventIdOfText("log", nativeId)).toBe(expected);
  });

  test("of a source that is none", () => {
    expect(eventIdOfText("Log", "a")).toBeUndefined();
    expect(eventIdOfText(" log", "a")).toBeUndefined();
  });

  test("that is made here, which must be one", () => {
    expect(eventIdOfOwn("log", "Zm9v/3")).toBe("log:Zm9v/3");
    expect(() => eventIdOfOwn("log", "a b")).toThrow("log: no id can be made of 3 letters");
  });
});
