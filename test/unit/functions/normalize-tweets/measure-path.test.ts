import { describe, expect, test } from "vitest";
import { measurePath } from "../../../../functions/normalize-tweets/measure-path.ts";

/** What of a text behind a host belongs to its link. */
const pathOf = (text: string, host = "example.com") => {
  const { length, isLink } = measurePath(`${host}${text}`, host.length, host);
  return isLink ? text.slice(0, length) : undefined;
};

describe("the path of a link", () => {
  test.each([
    ["", ""],
    [" /a", ""],
    [":80/a", ""],
    [".a", ""],
    ["/", "/"],
    ["/a b", "/a"],
    ["?a=1&b=2 c", "?a=1&b=2"],
    ["#top.", "#top"],
    ["?", ""],
    ["?!.", ""],
    ["/a?b#c,", "/a?b#c"],
    ["/a,,,", "/a"],
    [`/a.,;:!?'"|`, "/a"],
    ["/a|b", "/a|b"],
    ["/a_(b)", "/a_(b)"],
    ["/a)", "/a"],
    ["/aก", "/a"],
    ["/a日本", "/a"],
    ["/a🔥", "/a"],
    ["/a\u200e", "/a"],
    ["/a\ufe0f", "/a"],
    ["/a\uff01", "/a"],
    ["/日本", "/"],
    ["/é", "/é"],
  ])("of %j is %j", (text, path) => {
    expect(pathOf(text)).toBe(path);
  });

  test("is no longer than 4,096 characters", () => {
    expect(pathOf(`/${"a".repeat(5_000)}`)).toHaveLength(4_096);
    expect(pathOf(`/${"a".repeat(4_000)} b`)).toHaveLength(4_001);
  });
});

describe("the slug of a t.co link", () => {
  test.each([
    ["", ""],
    ["?a", ""],
    ["/", "/"],
    ["/AbC123xyZ0's", "/AbC123xyZ0"],
    ["/AbC-d", "/AbC"],
    ["/AbC/d", "/AbC"],
    ["/AbC?amp=1, d", "/AbC?amp=1"],
    [`/${"a".repeat(40)}`, `/${"a".repeat(40)}`],
    [`/${"a".repeat(41)}`, undefined],
  ])("of %j is %j", (text, path) => {
    expect(pathOf(text, "t.co")).toBe(path);
    expect(pathOf(text, "T.CO")).toBe(path);
  });

  test("begins where it is looked for", () => {
    expect(measurePath("t.co/a t.co/bc", 11, "t.co")).toEqual({ length: 3, isLink: true });
  });
});
