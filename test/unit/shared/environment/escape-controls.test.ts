import { expect, test } from "vitest";
import { escapeControls } from "../../../../shared/environment/escape-controls.ts";

test.each([
  ["a link", "a link"],
  ["Zürich ☕ 東京\n\tnext", "Zürich ☕ 東京\n\tnext"],
  ["\u001b[2J\u001b]0;title\u0007", "\\u001b[2J\\u001b]0;title\\u0007"],
  ["a\rb\bc\u007f", "a\\u000db\\u0008c\\u007f"],
  ["\u009b31m", "\\u009b31m"],
  ["gpj.\u202Eexe", "gpj.\\u202eexe"],
  ["\u2066a\u2069\u200f\u061c\ufeff", "\\u2066a\\u2069\\u200f\\u061c\\ufeff"],
  ["a\u2028b\u2029c", "a\\u2028b\\u2029c"],
  ["lone \ud800.", "lone \\ud800."],
  ["tag \u{e0041}", "tag \\udb40\\udc41"],
])("%j", (text, escaped) => {
  expect(escapeControls(text)).toBe(escaped);
});

test("what is JSON stays the same JSON", () => {
  const value = { "\u202e": ["\u009b", "\u{e0041}", "plain"] };
  expect(JSON.parse(escapeControls(JSON.stringify(value)))).toEqual(value);
});
