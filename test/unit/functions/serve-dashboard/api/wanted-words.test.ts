import { expect, test } from "vitest";
import { wantedWords } from "../../../../../functions/serve-dashboard/api/wanted-words.ts";

const whole = (parameter: string) =>
  `SEARCH(post.words, ${parameter}, analyzer => 'NO_OP_ANALYZER')`;
const within = (parameter: string) => `STRPOS(ARRAY_TO_STRING(post.words, ' '), ${parameter}) > 0`;
const inText = (parameter: string) => `CONTAINS_SUBSTR(post.text, ${parameter})`;

test.each([
  // What is asked for, and what is looked for.
  ["  Grüße ", [["grüsse", whole]]],
  ["CAFE\u0301", [["caf\u00e9", whole]]],
  [
    "cats AND dogs",
    [
      ["cats", whole],
      ["and", whole],
      ["dogs", whole],
    ],
  ],
  [
    "#hourtally, don’t",
    [
      ["hourtally", whole],
      ["don't", whole],
    ],
  ],
  ["same Same", [["same", whole]]],
  ["مرحبا", [["مرحبا", whole]]],
  [
    "東京 Tokyo",
    [
      ["東京", within],
      ["tokyo", whole],
    ],
  ],
  [
    "吾輩は猫",
    [
      ["吾輩", within],
      ["は", within],
      ["猫", within],
    ],
  ],
  [
    "ภาษาไทย",
    [
      ["ภาษา", within],
      ["ไทย", within],
    ],
  ],
  [
    "tea 🍵 &",
    [
      ["tea", whole],
      ["🍵", inText],
      ["&", inText],
    ],
  ],
  ["", []],
] as const)("%j", (asked, wanted) => {
  expect(
    wantedWords(asked).map(({ value, condition }) => [value, condition("post", "@p")]),
  ).toEqual(wanted.map(([value, written]) => [value, written("@p")]));
});
