import { expect, test } from "vitest";
import { findWords } from "../../../../shared/words/find-words.ts";

test.each([
  // What stands in a text, and its words.
  ["Alice’s cat, and a-hat!", ["alice's", "cat", "and", "a", "hat"]],
  ["don't DON’T Don't", ["don't", "don't", "don't"]],
  ["_so_ __very__ snake_case _", ["so", "very", "snake_case"]],
  ["3.5 1,000 MP3", ["3.5", "1,000", "mp3"]],
  ["Straße STRASSE", ["strasse", "strasse"]],
  // Composed and decomposed.
  ["caf\u00e9 cafe\u0301", ["caf\u00e9", "caf\u00e9"]],
  ["\ufb01ne FINE fine", ["fine", "fine", "fine"]],
  ["ΟΔΟΣ οδος", ["οδος", "οδος"]],
  // The dotless one is another letter; only the dotted capital keeps its dot.
  ["kız KIZ", ["kız", "kiz"]],
  ["co\u00adoperate\u2060d", ["cooperated"]],
  // Languages that write no white space.
  ["吾輩は猫である。", ["吾輩", "は", "猫", "で", "ある"]],
  ["我爱北京天安门", ["我", "爱", "北京", "天安门"]],
  ["ภาษาไทย", ["ภาษา", "ไทย"]],
  ["Привет, МИР", ["привет", "мир"]],
  ["שלום עולם", ["שלום", "עולם"]],
  ["नमस्ते दुनिया", ["नमस्ते", "दुनिया"]],
  ["👩‍👩‍👧 — … ***", []],
  ["", []],
])("%j", (text, words) => {
  expect(findWords(text)).toEqual(words);
});
