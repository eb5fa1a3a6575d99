import { findWords } from "../../../shared/words/find-words.ts";

/** What a post must have: `condition` is GoogleSQL on a reading of it and a parameter with `value`. */
export type Wanted = {
  value: string;
  condition: (reading: string, parameter: string) => string;
};

/** They write no spaces: what is a word there depends on what stands beside it. */
const unspaced =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;

const isWord: Wanted["condition"] = (reading, parameter) =>
  `SEARCH(${reading}.words, ${parameter}, analyzer => 'NO_OP_ANALYZER')`;
const isInWord: Wanted["condition"] = (reading, parameter) =>
  `STRPOS(ARRAY_TO_STRING(${reading}.words, ' '), ${parameter}) > 0`;
const isInText: Wanted["condition"] = (reading, parameter) =>
  `CONTAINS_SUBSTR(${reading}.text, ${parameter})`;

/**
 * What is looked for by some words: each of them, as posts have them in `words`. Of a script without
 * spaces, a word may be part of another, as 東京 is of 東京タワー. What has no words, such as an emoji, is
 * looked for in the text.
 */
export function wantedWords(asked: string): Wanted[] {
  const wanted = new Map<string, Wanted>();
  for (const part of asked.split(/\s+/).filter((one) => one !== "")) {
    const words = findWords(part);
    if (words.length === 0) wanted.set(part, { value: part, condition: isInText });
    for (const value of words) {
      wanted.set(value, { value, condition: unspaced.test(value) ? isInWord : isWord });
    }
  }
  return [...wanted.values()];
}
