import { expect, test, vi } from "vitest";
import { findWords } from "../../../../shared/words/find-words.ts";

const snakes = ["snake_case", "snake_case"];

test.each([
  // What stands in a text, and its words.
  ["Alice’s cat, and a-hat!", ["alice's", "cat", "and", "a", "hat"]],
  ["don't DON’T Don't", ["don't", "don't", "don't"]],
  ["rock’n’roll", ["rock'n'roll"]],
  ["_so_ __very__ snake_case _snake_case_ _so so_ _", ["so", "very", ...snakes, "so", "so"]],
  ["3.5 1,000 MP3", ["3.5", "1,000", "mp3"]],
  // The same, beside what is not ASCII.
  ["…_so__…CAT—dog…_…", ["so", "cat", "dog"]],
  ["3.5€ ²1,000£", ["3.5", "1,000"]],
  ["Straße STRASSE", ["strasse", "strasse"]],
  // Composed and decomposed.
  ["caf\u00e9 cafe\u0301", ["caf\u00e9", "caf\u00e9"]],
  ["\ufb01ne FINE fine", ["fine", "fine", "fine"]],
  ["ΟΔΟΣ οδος", ["οδος", "οδος"]],
  // The dotless one is another letter; only the dotted capital keeps its dot.
  ["kız KIZ", ["kız", "kiz"]],
  // A sigma ends its word also behind one.
  ["ıΟΔΟΣ", ["ıοδος"]],
  ["co\u00adoperate\u2060d", ["cooperated"]],
  // Marks of direction, where languages are mixed.
  ["\u200fשלום\u200f world\u200e", ["שלום", "world"]],
  ["\u202aworld\u202c \u2067שלום\u2069 \u061cعالم", ["world", "שלום", "عالم"]],
  ["wor\u200eld", ["world"]],
  // Joiners are letters of some languages, and a space without width is a space.
  ["می\u200cخواهم zero\u200bwidth", ["می\u200cخواهم", "zero", "width"]],
  // Typed, corrected wrongly, a letter, and of full width.
  ["can’t can‘t comp\u02bcuter can＇t", ["can't", "can't", "comp'uter", "can't"]],
  ["комп'ютер комп’ютер комп\u02bcютер", ["комп'ютер", "комп'ютер", "комп'ютер"]],
  ["\u02bcaha ‘quoted’", ["\u02bcaha", "quoted"]],
  // Languages that write no white space.
  ["吾輩は猫である。", ["吾輩", "は", "猫", "で", "ある"]],
  ["我爱北京天安门", ["我", "爱", "北京", "天安门"]],
  ["ภาษาไทย", ["ภาษา", "ไทย"]],
  ["Привет, МИР", ["привет", "мир"]],
  ["שלום עולם", ["שלום", "עולם"]],
  ["नमस्ते दुनिया", ["नमस्ते", "दुनिया"]],
  ["👩‍👩‍👧 — … ***", []],
  ["", []],
  ["\u3000\u00ad", []],
])("%j", (text, words) => {
  expect(findWords(text)).toEqual(words);
});

test.each([
  ["Latin", "Ça va très bien", ["ça", "va", "très", "bien"]],
  ["Greek", "καλημέρα κόσμε", ["καλημέρα", "κόσμε"]],
  ["Cyrillic", "Доброе утро", ["доброе", "утро"]],
  ["Armenian", "բարի լույս", ["բարի", "լույս"]],
  ["Georgian", "დილა მშვიდობისა", ["დილა", "მშვიდობისა"]],
  ["Arabic", "صباح الخير", ["صباح", "الخير"]],
  ["Ethiopic", "እንደምን አደርክ", ["እንደምን", "አደርክ"]],
  ["Devanagari", "शुभ प्रभात", ["शुभ", "प्रभात"]],
  ["Bengali", "সুপ্রভাত বন্ধু", ["সুপ্রভাত", "বন্ধু"]],
  ["Gurmukhi", "ਸ਼ੁਭ ਸਵੇਰ", ["ਸ਼ੁਭ", "ਸਵੇਰ"]],
  ["Gujarati", "શુભ સવાર", ["શુભ", "સવાર"]],
  ["Oriya", "ଶୁଭ ସକାଳ", ["ଶୁଭ", "ସକାଳ"]],
  ["Tamil", "காலை வணக்கம்", ["காலை", "வணக்கம்"]],
  ["Telugu", "శుభోదయం మిత్రమా", ["శుభోదయం", "మిత్రమా"]],
  ["Kannada", "ಶುಭೋದಯ ಗೆಳೆಯ", ["ಶುಭೋದಯ", "ಗೆಳೆಯ"]],
  ["Malayalam", "സുപ്രഭാതം സുഹൃത്തേ", ["സുപ്രഭാതം", "സുഹൃത്തേ"]],
  ["Sinhala", "සුභ උදෑසනක්", ["සුභ", "උදෑසනක්"]],
  ["Hangul", "좋은 아침", ["좋은", "아침"]],
  ["emoji and typographic punctuation", "“Çok” 😀 – 5₺…", ["çok", "5"]],
])("words with spaces between them are found fast: %s", (_, text, words) => {
  const segment = vi.spyOn(Intl.Segmenter.prototype, "segment");
  try {
    expect(findWords(text)).toEqual(words.map((word) => word.normalize()));
    expect(segment).not.toHaveBeenCalled();
  } finally {
    segment.mockRestore();
  }
});
