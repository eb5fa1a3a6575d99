import { expect, test } from "vitest";
import { hasShape } from "../../../../../shared/links/url/has-shape.ts";

test.each([
  [
    "token",
    ["", "abcdefghijk1", "0,.:_!$-abcd"],
    ["abcdefghij1", "abcdefghijkl", "abcdefghijk1/", "/abcdefghijk1"],
  ],
  [
    "session",
    [
      "",
      "abcdefghijklmnopqrstuvwxy1",
      "0123456789abcdefghijklmnopqrstuv",
      "0123456789abcdefghijklmnopqrstuvwxyz0123",
      "01234567-89ab-cdef-0123-456789abcdef",
    ],
    [
      "abcdefghijklmnopqrstuvwxyz",
      "01234567890123456789012345",
      "abcdefghijklmnopqrstuvwxy12",
      "-abcdefghijklmnopqrstuvwxy1",
      "abcdefghijklmnopqrstuvwxy1-",
      "01234567-89ab-cdef-0123-456789abcdeg",
      "g1234567-89ab-cdef-0123-456789abcdef",
      "01234567-89ag-cdef-0123-456789abcdef",
      "01234567-89ab-cdeg-0123-456789abcdef",
      "01234567-89ab-cdef-012g-456789abcdef",
      "x01234567-89ab-cdef-0123-456789abcdef",
      "01234567-89ab-cdef-0123-456789abcdef0",
    ],
  ],
  [
    "hash",
    ["0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef01234567"],
    [
      "",
      "01234567890123456789012345678901",
      "abcdefabcdefabcdefabcdefabcdefab",
      "0123456789abcdef0123456789abcdeg",
      "g0123456789abcdef0123456789abcdef",
      "0123456789abcdef0123456789abcdef0",
    ],
  ],
  [
    "letters",
    ["abcdefghijklmnopqrstuvwx"],
    ["", "abcdefghijklmnopqrstuvw", "abcdefghijklmnopqrstuvwxy", "abcdefghijklmnopqrstuvw1"],
  ],
  ["number", ["0", "123456789012"], ["", "1234567890123", "12a", "a12"]],
  ["cftoken", ["", "12345678", "0a-b1c2d3"], ["1234567", "abcdefab", "x12345678", "12345678x"]],
  [
    "hex12",
    ["0123456789a", "0123456789ab"],
    ["", "0123456789", "0123456789abc", "abcdefabcdef", "0123456789ag"],
  ],
  [
    "hex24",
    ["0123456789abcdef01234567", "0123456789abcdef0123456789"],
    [
      "",
      "0123456789abcdef0123456",
      "0123456789abcdef0123456g",
      "x0123456789abcdef01234567",
      "0123456789abcdef01234567890",
    ],
  ],
  ["base36", ["1a2", "1a2b3c4d5e"], ["", "1a", "1a2b3c4d5e6", "1a-b", "-1a2", "1a2-"]],
] as const)("%s", (shape, those, others) => {
  expect([...those, ...others].filter((value) => hasShape(shape, value))).toEqual(those);
});
