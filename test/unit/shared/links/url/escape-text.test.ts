import { expect, test } from "vitest";
import { canonicalEscapes } from "../../../../../shared/links/url/escape-text.ts";

/** What of all escapes, in lower case, is undone. */
const undone = (part: "path" | "query") =>
  Array.from({ length: 256 }, (_, byte) => `%${byte.toString(16).padStart(2, "0")}`)
    .map((text) => canonicalEscapes(text, part))
    .filter((text) => text.length === 1)
    .join("");

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

test("what needs no escape anywhere is bare", () => {
  expect(undone("query")).toBe(`!()*,-.0123456789${letters}_${letters.toLowerCase()}~`);
});

test("what separates nothing in a path is bare there", () => {
  expect(undone("path")).toBe(`!$&()*+,-.0123456789:;=@${letters}_${letters.toLowerCase()}~`);
});

test.each([
  ["every other escape is in upper case", "%0a%2f%c3%bc%7f", "%0A%2F%C3%BC%7F"],
  [
    "what is bare in some places only is escaped",
    "[]{}|^`\\'\"<>",
    "%5B%5D%7B%7D%7C%5E%60%5C%27%22%3C%3E",
  ],
  ["a lone % is escaped", "%/%2/%2:%2@%2`%2g%G0% %", "%25/%252/%252:%252@%252%60%252g%25G0%25 %25"],
  ["what comes behind an escape stays", "a%41b%2fc%d", "aAb%2Fc%25d"],
  ["an escape is not undone twice", "%2541%257e", "%2541%257e"],
  ["letters of any script stay", "añ日/b", "añ日/b"],
])("%s", (_, text, canonical) => {
  expect(canonicalEscapes(text, "path")).toBe(canonical);
});

test("a plus is a space in a query alone", () => {
  expect(canonicalEscapes("a+b+%41+", "query")).toBe("a%20b%20A%20");
  expect(canonicalEscapes("a+b+%41+", "path")).toBe("a+b+A+");
});
